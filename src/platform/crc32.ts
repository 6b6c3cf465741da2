/** For each value of a byte what it does to the checksum: right behind it, and with one, two and three bytes in between. */
let tables: readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array] | undefined;

/**
 * CRC-32 (ISO-HDLC, as in zip and PNG) of a text's UTF-8 bytes, as 8 hexadecimal digits: tells any single altered byte.
 *
 * By hand, because every command that reads an index asks for it: the modules of Node that have checksums take 2 to 3 ms to load, and before
 * version 20.16 none has this one. Four bytes at a time (Kounavis and Berry's slicing), because the loop has no time to be compiled well.
 */
export function crc32(text: string): string {
  return showCrc32(checkPart(text).crc);
}

/** The spelling of a checksum in files. */
export function showCrc32(crc: number): string {
  return (crc >>> 0).toString(16).padStart(8, "0");
}

/** The checksum of a part of a text, which other parts can be joined to. */
export interface CheckedPart {
  crc: number;
  byteCount: number;
}

/** Makes the checksum of a part that is short. */
export function checkPart(text: string): CheckedPart {
  const bytes = new TextEncoder().encode(text);
  return { crc: crcOf(bytes), byteCount: bytes.length };
}

/** The checksum of a part with so many bytes more behind it. */
export function extendPart({ crc, byteCount }: CheckedPart, bytes: Uint8Array): CheckedPart {
  return { crc: native?.(bytes, crc >>> 0) ?? crcOf(bytes, crc), byteCount: byteCount + bytes.length };
}

/** Node's own checksum, where it has one. */
let native: ((bytes: Uint8Array, crc: number) => number) | undefined;

/** Has all further bytes checked by Node's own checksum: with a long file that takes less time than the loop below, though it has to be loaded first. */
export function prepareForLongFile(): void {
  native = process.getBuiltinModule?.("node:zlib")?.crc32;
}

/** The parts one behind the other, from what is known of each: as zlib's crc32_combine has it. */
export function joinParts(parts: readonly CheckedPart[]): CheckedPart {
  return parts.reduce((one, other) => ({
    crc: (multiply(powerOfX(other.byteCount), one.crc) ^ other.crc) >>> 0,
    byteCount: one.byteCount + other.byteCount,
  }));
}

const POLYNOMIAL = 0xedb88320;
/** The highest bit stands for x to the power of 0. */
const ONE = 0x80000000;

function multiply(one: number, other: number): number {
  let product = 0;
  for (let bit = ONE, rest = other; bit !== 0; bit >>>= 1) {
    if (one & bit) product ^= rest;
    rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  }
  return product;
}

/** x to the power of 8 times a number of bytes, by squaring. */
function powerOfX(byteCount: number): number {
  let power = ONE;
  // x to the power of 8.
  for (let square = ONE >>> 8, rest = byteCount; rest > 0; rest = Math.floor(rest / 2), square = multiply(square, square)) {
    if (rest % 2 === 1) power = multiply(square, power);
  }
  return power;
}

function crcOf(bytes: Uint8Array, before = 0): number {
  const [last, third, second, first] = (tables ??= makeTables());
  // A processor that reads words the other way round goes byte by byte, and so does everybody where they do not begin at a word.
  const areWords = isLittleEndian && bytes.byteOffset % 4 === 0;
  const words = new Int32Array(bytes.buffer, areWords ? bytes.byteOffset : 0, areWords ? bytes.length >>> 2 : 0);
  let register = ~before;
  for (let at = 0; at < words.length; at += 1) {
    register ^= words[at] as number;
    register =
      (first[register & 0xff] as number) ^
      (second[(register >>> 8) & 0xff] as number) ^
      (third[(register >>> 16) & 0xff] as number) ^
      (last[register >>> 24] as number);
  }
  for (let at = words.length * 4; at < bytes.length; at += 1)
    register = (last[(register ^ (bytes[at] as number)) & 0xff] as number) ^ (register >>> 8);
  return ~register;
}

const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function makeTables(): [Uint32Array, Uint32Array, Uint32Array, Uint32Array] {
  const last = new Uint32Array(256).map((_, byte) => {
    let register = byte;
    for (let bit = 0; bit < 8; bit += 1) register = register & 1 ? 0xedb88320 ^ (register >>> 1) : register >>> 1;
    return register;
  });
  const behind = (table: Uint32Array): Uint32Array => table.map((value) => (last[value & 0xff] as number) ^ (value >>> 8));
  const third = behind(last);
  const second = behind(third);
  return [last, third, second, behind(second)];
}
