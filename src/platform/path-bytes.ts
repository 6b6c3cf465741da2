/**
 * File names are bytes; JavaScript strings are not. A name that is not valid UTF-8 is held as a string in which each
 * stray byte 0x80–0xFF stands as the lone surrogate U+DC80–U+DCFF (the rule of Python's PEP 383), so every name
 * has exactly one string and every string leads back to its bytes.
 */

/** Gives what Node's file system calls take for a path: the string itself, or its bytes when it is not valid UTF-8. */
export function toFsPath(path: string): string | Buffer {
  return path.isWellFormed() ? path : encodePathBytes(path);
}

/** Turns a held path into its bytes. */
export function encodePathBytes(path: string): Buffer {
  if (path.isWellFormed()) return Buffer.from(path, "utf8");
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = 0; at < path.length; at += 1) {
    const unit = path.charCodeAt(at);
    if (unit >= 0xd800 && unit <= 0xdbff && isLowSurrogate(path.charCodeAt(at + 1))) {
      at += 1;
      continue;
    }
    if (unit >= 0xdc80 && unit <= 0xdcff) {
      parts.push(Buffer.from(path.slice(from, at), "utf8"), Buffer.of(unit - 0xdc00));
      from = at + 1;
    }
  }
  parts.push(Buffer.from(path.slice(from), "utf8"));
  return Buffer.concat(parts);
}

/** Turns the bytes of a path into the string that holds it. */
export function decodePathBytes(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  if (!text.includes("\ufffd")) return text;
  let held = "";
  let at = 0;
  while (at < bytes.length) {
    const length = validSequenceLength(bytes, at);
    if (length === 0) {
      held += String.fromCharCode(0xdc00 + (bytes[at] as number));
      at += 1;
    } else {
      held += Buffer.from(bytes.subarray(at, at + length)).toString("utf8");
      at += length;
    }
  }
  return held;
}

/**
 * Gives a form of a held path that is safe to print: stray bytes as `\xNN`; control characters, and those that turn the direction of
 * writing around, escaped.
 */
export function printablePath(path: string): string {
  return path.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069\udc80-\udcff]/gu, (unit) => {
    const code = unit.charCodeAt(0);
    if (unit === "\n") return "\\n";
    if (unit === "\t") return "\\t";
    if (code >= 0xdc80) return `\\x${(code - 0xdc00).toString(16)}`;
    return code > 0xff ? `\\u${code.toString(16)}` : `\\x${code.toString(16).padStart(2, "0")}`;
  });
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** The length of the valid UTF-8 sequence at a position, 0 when there is none (Unicode 15, table 3-7). */
function validSequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const [length, low, high] =
    first >= 0xc2 && first <= 0xdf
      ? [2, 0x80, 0xbf]
      : first === 0xe0
        ? [3, 0xa0, 0xbf]
        : first === 0xed
          ? [3, 0x80, 0x9f]
          : first >= 0xe1 && first <= 0xef
            ? [3, 0x80, 0xbf]
            : first === 0xf0
              ? [4, 0x90, 0xbf]
              : first >= 0xf1 && first <= 0xf3
                ? [4, 0x80, 0xbf]
                : first === 0xf4
                  ? [4, 0x80, 0x8f]
                  : [0, 0, 0];
  if (length === 0 || at + length > bytes.length) return 0;
  const second = bytes[at + 1] as number;
  if (second < low || second > high) return 0;
  for (let next = at + 2; next < at + length; next += 1) {
    const byte = bytes[next] as number;
    if (byte < 0x80 || byte > 0xbf) return 0;
  }
  return length;
}
