import { Header } from "tar/header";
import { encodePathBytes } from "../platform/index.js";
import type { Member } from "./member.js";

export const BLOCK_BYTES = 512;
/** Two empty blocks end a tar. */
export const END_OF_ARCHIVE = Buffer.alloc(2 * BLOCK_BYTES);

const PATH_FIELD = { at: 0, bytes: 100 } as const;
const CHECKSUM_FIELD = { at: 148, bytes: 8 } as const;
const TARGET_FIELD = { at: 157, bytes: 100 } as const;
const PREFIX_FIELD = { at: 345, bytes: 155 } as const;

const TYPES = { file: "File", directory: "Directory", symlink: "SymbolicLink" } as const;

/**
 * Gives the blocks that stand before a member's bytes: a header, and before it an extended one (pax) for what does not fit.
 *
 * A function of the member alone: the import makes the same blocks of the manifest and compares, so nothing that an archive says of its
 * members is ever parsed.
 */
export function encodeMember(member: Member): Buffer {
  const path = encodePathBytes(member.path);
  const target = encodePathBytes(member.target ?? "");
  const block = encodeBlock(member, TYPES[member.type]);
  const records: Buffer[] = [];
  if (!member.path.isWellFormed()) {
    // The library writes UTF-8 only.
    put(block, PREFIX_FIELD, Buffer.alloc(0));
    put(block, PATH_FIELD, path);
    if (path.length > PATH_FIELD.bytes) records.push(paxRecord("path", path));
  } else if (new Header(block).path !== member.path) records.push(paxRecord("path", path));
  put(block, TARGET_FIELD, target);
  if (target.length > TARGET_FIELD.bytes) records.push(paxRecord("linkpath", target));
  sign(block);
  return records.length === 0 ? block : Buffer.concat([...encodeExtension(Buffer.concat(records)), block]);
}

/** The zeros that fill the last block of a member's bytes. */
export function paddingOf(size: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
}

/** What a block seems to be about, for messages; it may be anything. */
export function describeBlock(block: Buffer): string {
  try {
    const header = new Header(block);
    if (header.nullBlock) return "the end of the archive";
    return header.cksumValid ? `'${header.path ?? ""}' (${header.type})` : "no header";
  } catch {
    return "no header";
  }
}

function encodeBlock(member: Omit<Member, "target" | "type">, type: string): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const { path, mode, uid, gid, size, mtimeSeconds } = member;
  new Header({ path, mode, uid, gid, size, mtime: new Date(mtimeSeconds * 1000), type: type as "File" }).encode(block);
  return block;
}

function encodeExtension(body: Buffer): Buffer[] {
  const block = encodeBlock({ path: "PaxHeader", mode: 0o644, uid: 0, gid: 0, mtimeSeconds: 0, size: body.length }, "ExtendedHeader");
  return [block, body, paddingOf(body.length)];
}

/** `27 path=…` and a line end, where the number counts itself as well. */
function paxRecord(key: string, value: Buffer): Buffer {
  const rest = key.length + value.length + 3;
  let length = rest + 1;
  while (length !== rest + String(length).length) length = rest + String(length).length;
  return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.from("\n")]);
}

function put(block: Buffer, field: { at: number; bytes: number }, value: Buffer): void {
  block.fill(0, field.at, field.at + field.bytes);
  value.copy(block, field.at, 0, field.bytes);
}

function sign(block: Buffer): void {
  block.fill(" ", CHECKSUM_FIELD.at, CHECKSUM_FIELD.at + CHECKSUM_FIELD.bytes);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, CHECKSUM_FIELD.at);
}
