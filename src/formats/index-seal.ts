import { createHash } from "node:crypto";
import type { JsonObject } from "./record-form.js";

/** The key of an index that holds the hash of all the others. */
export const SEAL_KEY = "index_sha256";

/** Gives the document with the hash of its compact JSON text as its last key. */
export function sealIndex(json: JsonObject): JsonObject {
  return { ...json, [SEAL_KEY]: digestOf(json) };
}

/**
 * Tells whether an index still is what was written: `altered` by another hand or a bad disk, or `unsealed` where nothing can tell.
 * White space and indentation do not count.
 */
export function checkSeal(json: JsonObject): "intact" | "altered" | "unsealed" {
  const { [SEAL_KEY]: seal, ...others } = json;
  if (seal === undefined) return "unsealed";
  return seal === digestOf(others) ? "intact" : "altered";
}

function digestOf(json: JsonObject): string {
  return createHash("sha256").update(JSON.stringify(json)).digest("hex");
}
