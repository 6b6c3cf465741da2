import * as zlib from "node:zlib";
import { CompressionUnsupportedError, InvalidArgumentError } from "../errors/index.js";
import { Codec, type Engine } from "./codec.js";

export type Compression = "none" | "gzip" | "zstd";

/** Node has these from 22.15 on. */
const ZSTD = zlib as { createZstdCompress?: () => Engine; createZstdDecompress?: () => Engine };

const MAGIC: readonly { compression: Compression; bytes: Buffer }[] = [
  { compression: "gzip", bytes: Buffer.from([0x1f, 0x8b]) },
  { compression: "zstd", bytes: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]) },
];

/** Which compression the name of a file asks for. @throws InvalidArgumentError for a name that asks for none that is known */
export function compressionOfName(path: string): Compression {
  if (/\.(tar\.gz|tgz)$/i.test(path)) return "gzip";
  if (/\.(tar\.zst|tzst)$/i.test(path)) return "zstd";
  if (/\.tar$/i.test(path)) return "none";
  throw new InvalidArgumentError("output", path, "a name that ends in .tar.gz, .tgz, .tar or .tar.zst");
}

/** How a file is compressed, by its first bytes. */
export function compressionOfBytes(start: Uint8Array): Compression {
  return MAGIC.find(({ bytes }) => bytes.equals(start.subarray(0, bytes.length)))?.compression ?? "none";
}

/** @throws CompressionUnsupportedError; `path` is for its message */
export function openCompressor(compression: Compression, path: string): Codec | null {
  if (compression === "none") return null;
  if (compression === "gzip") return new Codec(zlib.createGzip());
  if (ZSTD.createZstdCompress === undefined) throw unsupportedZstd(path);
  return new Codec(ZSTD.createZstdCompress());
}

/** @throws CompressionUnsupportedError; `path` is for its message */
export function openDecompressor(compression: Compression, path: string): Codec | null {
  if (compression === "none") return null;
  if (compression === "gzip") return new Codec(zlib.createGunzip());
  if (ZSTD.createZstdDecompress === undefined) throw unsupportedZstd(path);
  return new Codec(ZSTD.createZstdDecompress());
}

const GZIP_OS_FIELD = 9;
const UNKNOWN_OS = 255;

/** The header of a gzip file names the system that made it, which is no part of what was packed; the time in it is always 0. */
export function withoutOrigin(compression: Compression, firstBytes: Buffer): Buffer {
  if (compression !== "gzip") return firstBytes;
  const bytes = Buffer.from(firstBytes);
  bytes[GZIP_OS_FIELD] = UNKNOWN_OS;
  return bytes;
}

function unsupportedZstd(path: string): CompressionUnsupportedError {
  return new CompressionUnsupportedError(path, "zstd", "Node 22.15 or later");
}
