import type { Sha256, TreeEntry } from "../formats/index.js";

/** What a tar says of one member before its bytes. */
export interface Member {
  /** A held path, as names of files are. */
  path: string;
  type: "file" | "directory" | "symlink";
  mode: number;
  uid: number;
  gid: number;
  /** Whole seconds since the epoch, all that tar's own headers hold; the manifest has the nanoseconds. */
  mtimeSeconds: number;
  /** Bytes that follow. */
  size: number;
  /** Of a symlink. */
  target: string | null;
}

/** The first member: what is in the archive. */
export const HEAD_NAME = "stepback-archive.json";

const NS_PER_SECOND = 1_000_000_000n;

/** The head has the time of the newest checkpoint, newest by its own time: nothing of it may depend on when or where it was packed. */
export function headMember(size: number, records: readonly { createdAt: string }[]): Member {
  const newestMs = records.reduce((newest, { createdAt }) => Math.max(newest, Date.parse(createdAt)), 0);
  return textMember(HEAD_NAME, size, { createdAt: new Date(newestMs).toISOString() });
}

/** The manifest of a checkpoint, before its tree. */
export function manifestMember(record: { id: string; createdAt: string }, size: number): Member {
  return textMember(`${record.id}.manifest.json`, size, record);
}

/** Lines for `sha256sum -c`, before the tree as well. */
export function sumsMember(record: { id: string; createdAt: string }, size: number): Member {
  return textMember(`${record.id}.sha256`, size, record);
}

/** A file, folder or symlink of a checkpoint's tree, in the folder that is named after the checkpoint. */
export function entryMember(id: string, entry: TreeEntry): Member {
  return {
    path: entry.path === "" ? id : `${id}/${entry.path}`,
    type: entry.type,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    mtimeSeconds: floorToSeconds(entry.mtimeNs),
    size: entry.type === "file" ? entry.size : 0,
    target: entry.type === "symlink" ? entry.target : null,
  };
}

/** Tells two stored files with the same bytes and the same mode to be one. */
export function contentKey(sha256: Sha256, storedMode: number): string {
  return `${sha256}:${storedMode}`;
}

function textMember(path: string, size: number, { createdAt }: { createdAt: string }): Member {
  const mtimeSeconds = Math.floor(Date.parse(createdAt) / 1000);
  return { path, type: "file", mode: 0o644, uid: 0, gid: 0, mtimeSeconds, size, target: null };
}

function floorToSeconds(timeNs: bigint): number {
  const seconds = timeNs / NS_PER_SECOND;
  return Number(timeNs < 0n && timeNs % NS_PER_SECOND !== 0n ? seconds - 1n : seconds);
}
