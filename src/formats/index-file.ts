import { FormatTooNewError, IndexUnusableError, messageOf, StepbackError } from "../errors/index.js";
import { formatRecovery, parseRecovery } from "./recovery-form.js";
import type { CheckpointId } from "./names.js";
import type { CheckpointRecord, RestoreRecord, StoreIndex } from "./record.js";
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
import { readLined, type LinedDocument, type SeldomRead } from "./lined-rows.js";
import { rowOf } from "./spelt-list.js";
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

/** The files that a record names can make four fifths of a long index. */
const FILES: SeldomRead = { idKey: "checkpoint_id", before: '"files":[', after: '],"git_commit":' };

/**
 * Reads the text of `state.json`, in our form or the legacy one. Records of a long index read the files they name when they are first asked
 * for them, and throw IndexUnusableError then should these be no texts.
 * @param content its bytes where they are at hand: a long index is read from them in half the time
 * @throws IndexUnusableError when it is neither, FormatTooNewError when a newer stepback wrote it.
 */
export function parseIndex(content: Buffer | string, path: string): ParsedIndex {
  const lined = typeof content === "string" ? undefined : readLined(content, "checkpoints", SEAL_KEY, FILES);
  const json = lined?.json ?? parseJsonObject(content.toString(), path);
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
    records: parseRecords(json["checkpoints"] as JsonObject[], lined, path),
    restores: ((json["restores"] as JsonObject[] | undefined) ?? []).map(parseRestore),
    recoveries: ((json["recoveries"] as JsonObject[] | undefined) ?? []).map(parseRecovery),
    unknownKeys: unknownKeysOf(json, INDEX_KEYS),
  }));
  if (lined !== undefined) learnRows(records, lined.spelt);
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
    isAltered: lined === undefined && checkSeal(json) === "altered",
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

function parseRecords(rows: readonly JsonObject[], lined: LinedDocument | undefined, path: string): CheckpointRecord[] {
  if (lined === undefined) return rows.map(parseRecord);
  return rows.map((row, place) =>
    lined.shortened[place] === true ? withFiles(parseRecord(row), lined, { place, path }) : parseRecord(row),
  );
}

/** Gives a record that was read without its files what it takes to read them. */
function withFiles(record: CheckpointRecord, { spelt }: LinedDocument, { place, path }: { place: number; path: string }): CheckpointRecord {
  let files: string[] | undefined;
  return Object.defineProperty(record, "files", { get: () => (files ??= parseFiles(rowOf(spelt, place), record.id, path)) });
}

function parseFiles(row: Buffer, id: CheckpointId, path: string): string[] {
  const files = orUnusable<unknown>(path, () => (JSON.parse(row.toString()) as JsonObject)["files"]);
  if (Array.isArray(files) && files.every((file) => typeof file === "string")) return files;
  throw new IndexUnusableError(path, `the files of ${id} are not all texts`);
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
