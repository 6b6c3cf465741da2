import { decodePathBytes, encodePathBytes } from "../platform/index.js";

/**
 * The form of a name, path or link target on disk: the text itself, or the base64 of its bytes when they are not valid UTF-8
 * and JSON could not hold them.
 */
export type HeldText = string | { path_b64: string };

export function formatHeldText(text: string): HeldText {
  return text.isWellFormed() ? text : { path_b64: encodePathBytes(text).toString("base64") };
}

/** Gives undefined for anything that is not the form above. */
export function parseHeldText(value: unknown): string | undefined {
  // A lone surrogate stands for a byte in our own text only; in a file it would be a second spelling of a name.
  if (typeof value === "string") return value.isWellFormed() ? value : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  const encoded = (value as { path_b64?: unknown }).path_b64;
  return typeof encoded === "string" ? decodePathBytes(Buffer.from(encoded, "base64")) : undefined;
}
