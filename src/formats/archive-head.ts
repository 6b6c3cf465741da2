import { ArchiveInvalidError, FormatTooNewError, messageOf } from "../errors/index.js";
import { validateArchive } from "./generated/validate-archive.js";
import type { Sha256 } from "./names.js";
import { formatRecord, isJsonObject, parseRecord, type JsonObject } from "./record-form.js";
import type { CheckpointRecord } from "./record.js";

export const ARCHIVE_FORMAT_VERSION = 1;

/** A checkpoint as the head of an archive announces it. */
export interface ArchivedCheckpoint {
  record: CheckpointRecord;
  /** Of the manifest's text, which follows as a member of its own. */
  manifestBytes: number;
  manifestSha256: Sha256;
}

/** The first member of an archive: what is in it. */
export interface ArchiveHead {
  changeId: string;
  /** The oldest first. */
  checkpoints: ArchivedCheckpoint[];
}

/** Gives the text of an archive's head; the same checkpoints have the same text. */
export function formatArchiveHead({ changeId, checkpoints }: ArchiveHead): string {
  const head = {
    format_version: ARCHIVE_FORMAT_VERSION,
    change_id: changeId,
    checkpoints: checkpoints.map(({ record, manifestBytes, manifestSha256 }) => ({
      record: formatRecord(record),
      manifest_bytes: manifestBytes,
      manifest_sha256: manifestSha256,
    })),
  };
  return `${JSON.stringify(head, null, 1)}\n`;
}

/** @throws ArchiveInvalidError, FormatTooNewError */
export function parseArchiveHead(bytes: Uint8Array, path: string): ArchiveHead {
  const json = parseDocument(bytes, path);
  const version = json["format_version"];
  if (Number.isInteger(version) && (version as number) > ARCHIVE_FORMAT_VERSION) {
    throw new FormatTooNewError(path, version as number, ARCHIVE_FORMAT_VERSION);
  }
  if (!validateArchive(json)) {
    const first = validateArchive.errors?.[0];
    throw new ArchiveInvalidError(path, `${first?.instancePath || "its head"} ${first?.message ?? "is not as the schema says"}`);
  }
  try {
    const checkpoints = (json["checkpoints"] as JsonObject[]).map(parseArchived);
    return { changeId: json["change_id"] as string, checkpoints: assertDistinct(checkpoints) };
  } catch (error) {
    throw new ArchiveInvalidError(path, messageOf(error), error);
  }
}

function parseDocument(bytes: Uint8Array, path: string): JsonObject {
  try {
    const json: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (isJsonObject(json)) return json;
  } catch (error) {
    throw new ArchiveInvalidError(path, `its head cannot be read (${messageOf(error)})`, error);
  }
  throw new ArchiveInvalidError(path, "its head is not a JSON object");
}

function parseArchived(json: JsonObject): ArchivedCheckpoint {
  return {
    record: parseRecord(json["record"] as JsonObject),
    manifestBytes: json["manifest_bytes"] as number,
    manifestSha256: json["manifest_sha256"] as Sha256,
  };
}

function assertDistinct(checkpoints: ArchivedCheckpoint[]): ArchivedCheckpoint[] {
  const ids = new Set<string>();
  for (const { record } of checkpoints) {
    if (ids.has(record.id)) throw new Error(`${record.id} stands twice in it`);
    ids.add(record.id);
  }
  return checkpoints;
}
