import { createHash } from "node:crypto";
import { FormatTooNewError, JournalUnusableError, messageOf } from "../errors/index.js";
import { formatHeldText, parseHeldText } from "./held-text.js";
import type { TreeEntry } from "./manifest.js";
import { formatMode, parseBigInt, parseCount, parseMode, parseOwner } from "./manifest-rows.js";
import { isCheckpointId, isSha256, parseRelativePath, type CheckpointId, type RelativePath } from "./names.js";
import { formatCounts, isJsonObject, parseCounts, type JsonObject } from "./record-form.js";
import type { RestoreCounts } from "./record.js";
import { validateJournal } from "./generated/validate-journal.js";

const JOURNAL_FORMAT_VERSION = 1;

/** One change of a restore in flight. `slot` names its files in `stage/` and `trash/`. */
export interface JournalOperation {
  slot: number;
  path: RelativePath;
  /** The pre-image: what the plan saw there; null for nothing. */
  before: TreeEntry | null;
  after: TreeEntry | null;
}

/** The commit point of a restore: with this on disk, the restore is finished or undone by whoever comes next. */
export interface Journal {
  target: CheckpointId;
  backup: CheckpointId;
  /** UTC, ISO 8601. */
  startedAt: string;
  /** The paths asked for; empty for the whole directory. */
  paths: string[];
  counts: RestoreCounts;
  operations: JournalOperation[];
  /** Folders whose times or modes the operations disturb: what to give them at the end, by direction. */
  folders: { path: RelativePath; before: TreeEntry | null; after: TreeEntry | null }[];
}

/** So many rows are spelt at one time: of 100,000 paths all the objects and texts at once would take as much memory as all else of a restore. */
const ROWS_AT_ONCE = 1_000;

/** Gives the text of a journal. */
export function formatJournal(journal: Journal): string {
  return encodeJournal(journal).toString();
}

/** Gives the bytes of a journal; it carries the hash of its own body, because a torn journal must never be acted on. */
export function encodeJournal(journal: Journal): Buffer {
  const head = JSON.stringify({
    target: journal.target,
    backup: journal.backup,
    started_at: journal.startedAt,
    paths: journal.paths.map(formatHeldText),
    counts: formatCounts(journal.counts),
  });
  const body = [
    Buffer.from(`${head.slice(0, -1)},"operations":[`),
    ...encodeRows(journal.operations, ({ slot, path, before, after }) => ({
      slot,
      path: formatHeldText(path),
      before: formatEntry(before),
      after: formatEntry(after),
    })),
    Buffer.from('],"folders":['),
    ...encodeRows(journal.folders, ({ path, before, after }) => ({
      path: formatHeldText(path),
      before: formatEntry(before),
      after: formatEntry(after),
    })),
    Buffer.from("]}"),
  ];
  const digest = createHash("sha256");
  for (const part of body) digest.update(part);
  const start = `{"format_version":${JOURNAL_FORMAT_VERSION},"sha256":"${digest.digest("hex")}","journal":`;
  return Buffer.concat([Buffer.from(start), ...body, Buffer.from("}\n")]);
}

function encodeRows<Row>(rows: readonly Row[], format: (row: Row) => JsonObject): Buffer[] {
  const encoded: Buffer[] = [];
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const text = rows.slice(at, at + ROWS_AT_ONCE).map((row) => JSON.stringify(format(row)));
    encoded.push(Buffer.from(`${at === 0 ? "" : ","}${text.join(",")}`));
  }
  return encoded;
}

/** @throws JournalUnusableError, FormatTooNewError */
export function parseJournal(text: string, path: string): Journal {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new JournalUnusableError(path, `is not JSON (${messageOf(error)})`, error);
  }
  if (!isJsonObject(json)) throw new JournalUnusableError(path, "is not a JSON object");
  const version = json["format_version"];
  if (Number.isInteger(version) && (version as number) > JOURNAL_FORMAT_VERSION)
    throw new FormatTooNewError(path, version as number, JOURNAL_FORMAT_VERSION);
  if (!validateJournal(json)) {
    const first = validateJournal.errors?.[0];
    throw new JournalUnusableError(path, `${first?.instancePath || "the document"} ${first?.message ?? "is not as the schema says"}`);
  }
  try {
    const body = json["journal"] as JsonObject;
    // Throws for what is nested too deep to be written.
    if (digestOf(body) !== json["sha256"]) throw new Error("is damaged: its contents do not match its hash");
    return parseBody(body);
  } catch (error) {
    throw new JournalUnusableError(path, messageOf(error), error);
  }
}

function digestOf(body: JsonObject): string {
  return createHash("sha256").update(JSON.stringify(body)).digest("hex");
}

function parseBody(body: JsonObject): Journal {
  const counts = body["counts"] as JsonObject;
  return {
    target: parseId(body["target"]),
    backup: parseId(body["backup"]),
    startedAt: parseMoment(body["started_at"]),
    paths: (body["paths"] as unknown[]).map((path) => parseText(path)),
    counts: parseCounts(counts),
    operations: (body["operations"] as JsonObject[]).map((operation) => ({
      slot: parseCount(operation["slot"]),
      path: parseRelativePath(parseText(operation["path"])),
      before: parseEntry(operation["before"]),
      after: parseEntry(operation["after"]),
    })),
    folders: (body["folders"] as JsonObject[]).map((folder) => ({
      path: parseRelativePath(parseText(folder["path"])),
      before: parseEntry(folder["before"]),
      after: parseEntry(folder["after"]),
    })),
  };
}

function formatEntry(entry: TreeEntry | null): JsonObject | null {
  if (entry === null) return null;
  return {
    type: entry.type,
    path: formatHeldText(entry.path),
    mode: formatMode(entry.mode),
    uid: entry.uid,
    gid: entry.gid,
    mtime_ns: entry.mtimeNs.toString(),
    ctime_ns: entry.ctimeNs.toString(),
    ino: entry.ino.toString(),
    ...(entry.type === "file" ? { size: entry.size, sha256: entry.sha256 } : {}),
    ...(entry.type === "symlink" ? { target: formatHeldText(entry.target) } : {}),
  };
}

function parseEntry(value: unknown): TreeEntry | null {
  if (value === null) return null;
  if (!isJsonObject(value)) throw new Error("an entry is not an object");
  const base = {
    path: parseRelativePath(parseText(value["path"])),
    mode: parseMode(value["mode"]),
    uid: parseOwner(value["uid"]),
    gid: parseOwner(value["gid"]),
    mtimeNs: parseBigInt(value["mtime_ns"]),
    ctimeNs: parseBigInt(value["ctime_ns"]),
    ino: parseBigInt(value["ino"]),
  };
  if (value["type"] === "directory") return { type: "directory", ...base };
  if (value["type"] === "symlink") return { type: "symlink", ...base, target: parseText(value["target"]) };
  const sha256 = value["sha256"];
  if (value["type"] !== "file" || !isSha256(sha256)) throw new Error("an entry has no known type");
  return { type: "file", ...base, size: parseCount(value["size"]), sha256 };
}

function parseMoment(value: unknown): string {
  if (typeof value !== "string" || Number.isNaN(Date.parse(value))) throw new Error("it was begun at no time");
  return value;
}

function parseText(value: unknown): string {
  const text = parseHeldText(value);
  if (text === undefined) throw new Error("a path is not text");
  return text;
}

function parseId(value: unknown): CheckpointId {
  if (typeof value !== "string" || !isCheckpointId(value)) throw new Error("a checkpoint id is malformed");
  return value;
}
