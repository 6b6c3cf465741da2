import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { openCheckpoints, type RetentionPolicy } from "../../../src/index.js";
import type { SeededRandom } from "../crash/seeded-random.js";
import { randomPolicy } from "../restic/random-cases.js";
import { tempChange } from "../temp-change.js";

const HOUR_MS = 3_600_000;

/** Makes a store of checkpoints of any kind, and holds a dry run of a cleanup against the real one and against `du`. */
export async function runRandomStore(random: SeededRandom, name: string): Promise<void> {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const options = { now: () => new Date(now), config: { durability: "none" as const } };
  const change = await tempChange({ "shared.txt": "s".repeat(20_000) }, options);
  const checkpoints = await openCheckpoints(change.directory, options);
  const made = 2 + Math.floor(random.next() * 7);
  for (let number = 0; number < made; number += 1) {
    now += Math.floor(random.next() * 60 * HOUR_MS);
    const size = Math.floor(random.next() * 40_000);
    change.edit({ [`f${Math.floor(random.next() * 4)}.txt`]: random.pick(["a", "b", "c"]).repeat(size) });
    const { id } = await checkpoints.create({
      tags: ["a", "b", "c"].filter(() => random.next() < 0.2),
      taskId: random.pick([null, "1", "2"]),
      success: random.pick([null, true, false]),
    });
    if (random.next() < 0.1) await checkpoints.pin(id);
    if (random.next() < 0.15) await checkpoints.restore(random.pick([id, "latest"]));
  }
  const policy = anyPolicy(random);
  const context = `${name} ${JSON.stringify(policy)}`;
  const dry = await checkpoints.clean(policy, { dryRun: true }).catch(codeOf);
  const before = measuredByDu(checkpoints.storePath);
  const real = await checkpoints.clean(policy).catch(codeOf);
  if (typeof dry === "string" || typeof real === "string") {
    expect(real, context).toBe(dry);
    expect(measuredByDu(checkpoints.storePath), context).toBe(before);
    return;
  }
  expect({ ...real, isDryRun: true }, context).toEqual(dry);
  expect(before - measuredByDu(checkpoints.storePath), context).toBe(real.freedBytes);
  const left = (await checkpoints.list()).checkpoints.map(({ id }) => id);
  expect(left, context).toEqual(dry.decision.kept.map(({ record }) => record.id));
}

/** What all checkpoints with their manifests take, by `du`: hard links once. */
export function measuredByDu(storePath: string): number {
  const names = readdirSync(storePath).filter((name) => name.startsWith("checkpoint-"));
  const manifests = readdirSync(join(storePath, "manifests")).map((name) => join("manifests", name));
  const stdout = execFileSync("du", ["-sck", ...names, ...manifests], { cwd: storePath, encoding: "utf8" });
  return 1024 * Number(stdout.trim().split("\n").at(-1)?.split("\t")[0]);
}

function anyPolicy(random: SeededRandom): RetentionPolicy {
  return {
    ...(random.next() < 0.8 ? randomPolicy(random) : {}),
    ...(random.next() < 0.2 ? { keepFailed: 1 } : {}),
    ...(random.next() < 0.2 ? { perTask: 1 } : {}),
    ...(random.next() < 0.2 ? { olderThanDays: 1 + Math.floor(random.next() * 9) } : {}),
    ...(random.next() < 0.3 ? { maxBytes: 1 + Math.floor(random.next() * 200_000) } : {}),
    ...(random.next() < 0.1 ? { minAgeDays: 1 } : {}),
    ...(random.next() < 0.1 ? { maxCheckpoints: 2 } : {}),
  };
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: string };
  if (code === undefined) throw error;
  return code;
}
