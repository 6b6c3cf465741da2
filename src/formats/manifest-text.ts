import { gunzipSync } from "node:zlib";
import type { CheckpointRecord } from "./record.js";
import { isJsonObject, parseRecord } from "./record-form.js";

export const MANIFEST_FORMAT_VERSION = 1;

/** The first bytes of a compressed one. */
const GZIP_MAGIC = [0x1f, 0x8b] as const;
/** Bounds on what a hostile file may unpack to: no more than a string holds, and hashes alone keep a true one below the ratio. */
const MAX_TEXT_BYTES = 512 * 1024 * 1024;
const MAX_RATIO = 50;
const UNSUSPICIOUS_BYTES = 16 * 1024 * 1024;

/** Unpacks the text of a manifest file. @throws Error of zlib */
export function readManifestText(bytes: Uint8Array): string {
  const isCompressed = bytes[0] === GZIP_MAGIC[0] && bytes[1] === GZIP_MAGIC[1];
  return (isCompressed ? unpack(bytes) : asBuffer(bytes)).toString("utf8");
}

/**
 * Reads no more than the record from a manifest file whose hash is known to be right; undefined when it has none. Apart from the
 * reader of whole manifests, whose checks every command that reads an index would otherwise load.
 */
export function parseManifestRecord(bytes: Uint8Array): CheckpointRecord | undefined {
  try {
    const json: unknown = JSON.parse(readManifestText(bytes));
    const record = isJsonObject(json) ? json["checkpoint"] : undefined;
    return isJsonObject(record) ? parseRecord(record) : undefined;
  } catch {
    // Why it cannot be read, the reader of whole manifests says.
    return undefined;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function unpack(bytes: Uint8Array): Buffer {
  const maxOutputLength = Math.min(MAX_TEXT_BYTES, UNSUSPICIOUS_BYTES + bytes.length * MAX_RATIO);
  return gunzipSync(bytes, { maxOutputLength });
}
