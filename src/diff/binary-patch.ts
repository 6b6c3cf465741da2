import { deflateSync } from "node:zlib";

const LINE_BYTES = 52;
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/** Formats two contents as a binary patch of git's, which can be applied in both directions. */
export function formatBinary({ before, after }: { before: Buffer; after: Buffer }): string {
  return `GIT binary patch\n${formatLiteral(after)}\n${formatLiteral(before)}\n`;
}

/** A whole content: its size, then the compressed bytes in lines that each begin with a letter for their length. */
function formatLiteral(bytes: Buffer): string {
  const packed = deflateSync(bytes);
  let text = `literal ${bytes.length}\n`;
  for (let at = 0; at < packed.length; at += LINE_BYTES) {
    const line = packed.subarray(at, at + LINE_BYTES);
    const length = String.fromCharCode(line.length <= 26 ? 0x40 + line.length : 0x60 + line.length - 26);
    text += `${length}${encodeBase85(line)}\n`;
  }
  return text;
}

/** Four bytes in five digits; the last ones are filled up with zeros. */
function encodeBase85(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4) {
    let value = 0;
    for (let offset = 0; offset < 4; offset += 1) value = value * 256 + (bytes[at + offset] ?? 0);
    let group = "";
    for (let digit = 0; digit < 5; digit += 1) {
      group = (DIGITS[value % 85] as string) + group;
      value = Math.floor(value / 85);
    }
    text += group;
  }
  return text;
}
