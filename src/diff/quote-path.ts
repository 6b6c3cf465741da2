import { encodePathBytes } from "../platform/index.js";

const ESCAPES: Readonly<Record<number, string>> = {
  0x07: "\\a",
  0x08: "\\b",
  0x09: "\\t",
  0x0a: "\\n",
  0x0b: "\\v",
  0x0c: "\\f",
  0x0d: "\\r",
  0x22: '\\"',
  0x5c: "\\\\",
};

/**
 * Writes a path as git does: as it is, or in quotes with C escapes and octal bytes where it holds anything else than plain characters.
 *
 * In a patch a space has to be quoted as well: git can do without, but `patch` takes it for the end of the name.
 */
export function quotePath(path: string, options: { spaces: boolean }): string {
  const bytes = encodePathBytes(path);
  const isPlain = bytes.every((byte) => byte > 0x1f && byte < 0x7f && ESCAPES[byte] === undefined && !(options.spaces && byte === 0x20));
  return isPlain ? path : `"${[...bytes].map(escapeByte).join("")}"`;
}

function escapeByte(byte: number): string {
  const escape = ESCAPES[byte];
  if (escape !== undefined) return escape;
  return byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`;
}
