import { crc32 } from "../platform/index.js";
import type { JsonObject } from "./record-form.js";

/** The key of an index that holds the checksum of all the others. */
export const SEAL_KEY = "index_crc32";

/** Gives the document with the checksum of its compact JSON text as its last key. */
export function sealIndex(json: JsonObject): JsonObject {
  return { ...json, [SEAL_KEY]: checksumOf(json) };
}

/**
 * Tells whether an index still is what was written: `altered` by another hand or a bad disk, or `unsealed` where nothing can tell.
 * White space and indentation do not count.
 */
export function checkSeal(json: JsonObject): "intact" | "altered" | "unsealed" {
  const { [SEAL_KEY]: seal, ...others } = json;
  if (seal === undefined) return "unsealed";
  return seal === checksumOf(others) ? "intact" : "altered";
}

function checksumOf(json: JsonObject): string {
  return crc32(JSON.stringify(json));
}
