/** Finds figures in the results; each is undefined where it was not measured. */
import { median, ratiosOf } from "./statistics.mjs";

/**
 * What was measured for a goal: a ratio, or milliseconds.
 * @param {import("./results.mjs").Results} results
 * @param {string} operation
 * @param {Pick<import("./goals.mjs").Goal, "size" | "ours" | "against" | "againstLinks">} who
 * @returns {number | undefined}
 */
export function measuredFor(results, operation, { size, ours, against, againstLinks }) {
  const isLinking = operation === "unchanged" || operation === "changed";
  const [own, other] = [ours, isLinking ? (againstLinks ?? against) : against].map((id) => findSamples(results, size, operation, id));
  if (own === undefined || own.wallMs.length === 0) return undefined;
  if (against === null) return median(own.wallMs);
  return other === undefined || other.wallMs.length === 0 ? undefined : median(ratiosOf(own.wallMs, other.wallMs));
}

function findSamples(results, size, operation, id) {
  return results.pieces[size]?.operations?.[operation]?.samples.find((sample) => sample.id === id);
}

export function ratioIn(results, size, operation) {
  return measuredFor(results, operation, { size, ours: "stepback", against: "node" });
}

export function peakMegabytesIn(results, size) {
  const peaks = Object.values(results.pieces[size]?.operations ?? {}).flatMap(({ samples }) =>
    samples.filter(({ id }) => id.startsWith("stepback")).flatMap(({ peakBytes }) => peakBytes),
  );
  return peaks.length === 0 ? undefined : Math.max(...peaks) / 1e6;
}

export function diskShareIn(results, size) {
  const disk = results.pieces[size]?.disk;
  const own = disk?.stores.find(({ id }) => id === "stepback");
  return own === undefined ? undefined : own.bytes / allowedBytes(disk);
}

/** The most that ten checkpoints of 1 % may take. */
export function allowedBytes({ treeBytes, changedBytes, folderBytes }) {
  return 1.15 * treeBytes + changedBytes + folderBytes;
}
