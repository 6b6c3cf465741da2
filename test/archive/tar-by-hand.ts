import { Header, type HeaderData } from "tar";

const BLOCK = 512;
export const END = Buffer.alloc(2 * BLOCK);

/** One member of a tar as its bytes: header and content with its padding. */
export interface RawMember {
  header: Buffer;
  content: Buffer;
  name: string;
}

/** Takes a tar without extended headers apart; what stands behind the last member is left out. */
export function takeApart(tar: Buffer): RawMember[] {
  const members: RawMember[] = [];
  for (let at = 0; at + BLOCK <= tar.length;) {
    const header = tar.subarray(at, at + BLOCK);
    const { path, size = 0, nullBlock } = new Header(header);
    if (nullBlock) break;
    const end = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    members.push({ header, content: tar.subarray(at + BLOCK, end), name: path ?? "" });
    at = end;
  }
  return members;
}

export function putTogether(members: readonly RawMember[]): Buffer {
  return Buffer.concat([...members.flatMap(({ header, content }) => [header, content]), END]);
}

/** Makes a member of any kind; `size` may lie. */
export function forge(fields: HeaderData & { size?: number }, content: Buffer | string = ""): RawMember {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(BLOCK);
  new Header({ mode: 0o644, uid: 0, gid: 0, mtime: new Date(0), type: "File", size: bytes.length, ...fields }).encode(header);
  return { header, content: pad(bytes), name: String(fields.path) };
}

/** An extended header with these records, before the member it speaks of. */
export function forgePax(records: Record<string, string>, type: "ExtendedHeader" | "GlobalExtendedHeader" = "ExtendedHeader"): RawMember {
  const body = Object.entries(records)
    .map(([key, value]) => {
      const rest = ` ${key}=${value}\n`;
      let length = Buffer.byteLength(rest) + 1;
      while (length !== Buffer.byteLength(rest) + String(length).length) length = Buffer.byteLength(rest) + String(length).length;
      return `${length}${rest}`;
    })
    .join("");
  return forge({ path: "PaxHeader/x", type }, body);
}

/** Writes over a few bytes of a header, and signs it anew. */
export function patch(member: RawMember, at: number, bytes: string | Buffer): RawMember {
  const header = Buffer.from(member.header);
  Buffer.from(bytes as string).copy(header, at);
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return { ...member, header };
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]);
}
