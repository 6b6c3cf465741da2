import { encodePathBytes } from "../platform/index.js";
import { parseObjectId } from "./object-id.js";

/** The object id of a ref; `damaged` when its line stands there without one; undefined when there is no such line. */
export type PackedRef = { id: string } | "damaged" | undefined;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const HASH_SIGN = 0x23;

/**
 * Finds a ref in the bytes of a packed-refs file: `<id> <name>` lines, `#` comments, `^<id>` lines for peeled tags.
 *
 * The file can have hundreds of thousands of lines, so the name is searched for in it as it stands.
 */
export function findPackedRef(file: Buffer, name: string): PackedRef {
  const wanted = encodePathBytes(` ${name}`);
  for (let at = file.indexOf(wanted); at !== -1; at = file.indexOf(wanted, at + 1)) {
    if (!isLineEnd(file, at + wanted.length)) continue;
    const start = file.lastIndexOf(NEWLINE, at) + 1;
    if (file[start] === HASH_SIGN) continue;
    const id = parseObjectId(file.toString("latin1", start, at));
    return id === undefined ? "damaged" : { id };
  }
  return undefined;
}

function isLineEnd(file: Buffer, at: number): boolean {
  const end = file[at] === CARRIAGE_RETURN ? at + 1 : at;
  return end >= file.length || file[end] === NEWLINE;
}
