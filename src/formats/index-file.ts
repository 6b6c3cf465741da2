import { FormatTooNewError, IndexUnusableError, messageOf, StepbackError } from "../errors/index.js";
import { formatRecovery, parseRecovery } from "./recovery-form.js";
import type { RestoreRecord, StoreIndex } from "./record.js";
import { parseLegacyIndex } from "./legacy-index.js";
import {
  formatCounts,
  INDEX_KEYS,
  isJsonObject,
  keepUnknown,
  parseCounts,
  parseRecord,
  unknownKeysOf,
  type JsonObject,
} from "./record-form.js";
import { checkSeal, SEAL_KEY } from "./index-seal.js";
import { findRows } from "./lined-rows.js";
import { encodeIndexText, learnRows } from "./index-text.js";
import { validateIndex } from "./generated/validate-index.js";

/** Version 0 is the legacy form, which carries no version. */
export const INDEX_FORMAT_VERSION = 1;

export interface ParsedIndex {
  index: StoreIndex;
  /** True when the file is in the legacy form and the next write upgrades it. */
  isLegacy: boolean;
  /** True when it does not bear its own checksum: another hand, or a bad disk, has changed it. */
  isAltered: boolean;
  warnings: string[];
}

/** The index of a store without checkpoints. */
export function emptyIndex(changeId: string): StoreIndex {
  return { changeId, checkpoints: [], nextSequence: 1, claims: null, restores: [], recoveries: [], unknownKeys: {} };
}

/**
 * Reads the text of `state.json`, in our form or the legacy one.
 * @param bytes of the text, where they are at hand: a long index is checked by them faster than by its text
 * @throws IndexUnusableError when it is neither, FormatTooNewError when a newer stepback wrote it.
 */
export function parseIndex(text: string, path: string, bytes?: Buffer): ParsedIndex {
  const json = parseJsonObject(text, path);
  const version = json["format_version"];
  if (version === undefined && SEAL_KEY in json) throw new IndexUnusableError(path, "has lost its format_version");
  if (version === undefined) return { ...orUnusable(path, () => parseLegacyIndex(json, path)), isLegacy: true, isAltered: false };
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1) {
    throw new IndexUnusableError(path, `format_version is ${JSON.stringify(version)}`);
  }
  if (version > INDEX_FORMAT_VERSION) throw new FormatTooNewError(path, version, INDEX_FORMAT_VERSION);
  if (!validateIndex(json)) {
    const first = validateIndex.errors?.[0];
    throw new IndexUnusableError(path, `${first?.instancePath || "the document"} ${first?.message ?? "is not as the schema says"}`);
  }
  const { records, restores, recoveries, unknownKeys } = orUnusable(path, () => ({
    records: (json["checkpoints"] as JsonObject[]).map(parseRecord),
    restores: ((json["restores"] as JsonObject[] | undefined) ?? []).map(parseRestore),
    recoveries: ((json["recoveries"] as JsonObject[] | undefined) ?? []).map(parseRecovery),
    unknownKeys: unknownKeysOf(json, INDEX_KEYS),
  }));
  const rows = bytes && findRows(bytes, json, "checkpoints", SEAL_KEY);
  if (rows !== undefined) learnRows(records, rows);
  const checkpoints = records.sort((one, other) => one.sequence - other.sequence);
  assertUnique(
    checkpoints.map(({ id }) => id),
    path,
    "checkpoint_id",
  );
  assertUnique(
    checkpoints.map(({ sequence }) => String(sequence)),
    path,
    "sequence",
  );
  return {
    index: {
      changeId: json["change_id"] as string,
      checkpoints,
      nextSequence: Math.max(json["next_sequence"] as number, (checkpoints.at(-1)?.sequence ?? 0) + 1),
      claims: (json["claims"] as StoreIndex["claims"]) ?? null,
      restores,
      recoveries,
      unknownKeys,
    },
    isLegacy: false,
    isAltered: rows === undefined && checkSeal(json) === "altered",
    warnings: [],
  };
}

/** Gives the text of `state.json`. */
export function formatIndex(index: StoreIndex): string {
  return encodeIndex(index).toString();
}

/** Gives the bytes of `state.json`, in spare memory where there is enough of it. */
export function encodeIndex(index: StoreIndex, spare?: Buffer): Buffer {
  const successful = index.checkpoints.findLast((record) => record.success === true && record.stepNumber !== null);
  const json = {
    format_version: INDEX_FORMAT_VERSION,
    change_id: index.changeId,
    last_successful_step: successful?.stepNumber ?? null,
    checkpoints: [],
    next_sequence: index.nextSequence,
    claims: index.claims,
    restores: index.restores.map(formatRestore),
    // Left out where there are none, so that stores without tasks stay as they were.
    ...(index.recoveries.length === 0 ? {} : { recoveries: index.recoveries.map(formatRecovery) }),
    ...index.unknownKeys,
  };
  return encodeIndexText(json, index.checkpoints, spare);
}

function orUnusable<Result>(path: string, parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    if (error instanceof StepbackError) throw error;
    throw new IndexUnusableError(path, messageOf(error), error);
  }
}

function parseJsonObject(text: string, path: string): JsonObject {
  let json: unknown;
  try {
    json = JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text);
  } catch (error) {
    throw new IndexUnusableError(path, `is not JSON (${messageOf(error)})`, error);
  }
  if (!isJsonObject(json)) throw new IndexUnusableError(path, "is not a JSON object");
  return json;
}

function assertUnique(values: readonly string[], path: string, key: string): void {
  const seen = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) throw new IndexUnusableError(path, `${key} ${value} stands twice`);
    seen.add(value);
  }
}

const RESTORE_KEYS = new Set(["at", "target", "backup", "paths", "counts", "result"]);

function formatRestore({ at, target, backup, paths, counts, result, unknownKeys }: RestoreRecord): JsonObject {
  return { at, target, backup, paths, counts: formatCounts(counts), result, ...unknownKeys };
}

function parseRestore(json: JsonObject): RestoreRecord {
  return {
    at: json["at"] as string,
    target: json["target"] as RestoreRecord["target"],
    backup: json["backup"] as RestoreRecord["backup"],
    paths: json["paths"] as string[],
    counts: parseCounts(json["counts"] as JsonObject),
    result: json["result"] as RestoreRecord["result"],
    ...keepUnknown(json, RESTORE_KEYS),
  };
}
