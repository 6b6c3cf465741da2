import { crc32 } from "../platform/index.js";
import type { JsonObject } from "./record-form.js";

/** The key of an index that holds the checksum of the compact JSON text of all the others. */
export const SEAL_KEY = "index_crc32";

/**
 * Tells whether an index still is what was written: `altered` by another hand or a bad disk, or `unsealed` where nothing can tell.
 * White space and indentation do not count.
 */
export function checkSeal(json: JsonObject): "intact" | "altered" | "unsealed" {
  const { [SEAL_KEY]: seal, ...others } = json;
  if (seal === undefined) return "unsealed";
  return seal === crc32(JSON.stringify(others)) ? "intact" : "altered";
}
