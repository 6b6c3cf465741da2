const TABLE = makeTable();

/**
 * CRC-32 (ISO-HDLC, as in zip and PNG) of a text's UTF-8 bytes, as 8 hexadecimal digits: tells any single altered byte.
 *
 * By hand, because every command that reads an index asks for it: the modules of Node that have checksums take 2 to 3 ms to load.
 */
export function crc32(text: string): string {
  let register = 0xffffffff;
  for (const byte of Buffer.from(text)) register = (TABLE[(register ^ byte) & 0xff] as number) ^ (register >>> 8);
  return ((register ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, value) => {
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
    return value;
  });
}
