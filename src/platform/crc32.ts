/** For each value of a byte what it does to the checksum: right behind it, and with one, two and three bytes in between. */
let tables: readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array] | undefined;

/**
 * CRC-32 (ISO-HDLC, as in zip and PNG) of a text's UTF-8 bytes, as 8 hexadecimal digits: tells any single altered byte.
 *
 * By hand, because every command that reads an index asks for it: the modules of Node that have checksums take 2 to 3 ms to load. Four
 * bytes at a time (Kounavis and Berry's slicing), because the loop has no time to be compiled well.
 */
export function crc32(text: string): string {
  const [last, third, second, first] = (tables ??= makeTables());
  const bytes = new TextEncoder().encode(text);
  const words = new DataView(bytes.buffer);
  const wholeLength = bytes.length & ~3;
  let register = -1;
  let at = 0;
  for (; at < wholeLength; at += 4) {
    register ^= words.getInt32(at, true);
    register =
      (first[register & 0xff] as number) ^
      (second[(register >>> 8) & 0xff] as number) ^
      (third[(register >>> 16) & 0xff] as number) ^
      (last[register >>> 24] as number);
  }
  for (; at < bytes.length; at += 1) register = (last[(register ^ (bytes[at] as number)) & 0xff] as number) ^ (register >>> 8);
  return (~register >>> 0).toString(16).padStart(8, "0");
}

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
