import type { TreeEntry } from "../formats/index.js";
import { isSameTime } from "../platform/index.js";

/**
 * How much older than the scan a file's newest timestamp must be before an equal identity proves equal content: two seconds
 * cover the coarsest timestamps in use (git's racy rule, with FAT's granularity).
 */
const RACY_MARGIN_NS = 2_000_000_000n;

/** What an entry looks like from outside; a scanned file has no hash yet. */
type Looks = Pick<TreeEntry, "type" | "mode" | "mtimeNs" | "ctimeNs" | "ino"> & { size?: number };

/** Tells whether two looks at a path saw the same, untouched file; an unknown identity (0) matches nothing. */
export function hasSameIdentity(one: Looks, other: Looks): boolean {
  return (
    one.ino !== 0n &&
    one.ino === other.ino &&
    one.ctimeNs === other.ctimeNs &&
    one.mtimeNs === other.mtimeNs &&
    one.type === other.type &&
    one.mode === other.mode &&
    one.size === other.size
  );
}

/** Tells whether a file could have been changed after it was read without any timestamp moving. */
export function isRacy(entry: Pick<TreeEntry, "mtimeNs" | "ctimeNs">, scanStartedNs: bigint): boolean {
  const newestNs = entry.mtimeNs > entry.ctimeNs ? entry.mtimeNs : entry.ctimeNs;
  return newestNs + RACY_MARGIN_NS > scanStartedNs;
}

/** Tells whether two entries are the same thing with the same bytes, whatever their mode and times. */
export function hasSameContent(one: TreeEntry, other: TreeEntry): boolean {
  if (one.type === "file") return other.type === "file" && one.size === other.size && one.sha256 === other.sha256;
  if (one.type === "symlink") return other.type === "symlink" && one.target === other.target;
  return other.type === "directory";
}

/** Tells whether mode, times and (where it is kept) owner agree. */
export function hasSameAttributes(one: TreeEntry, other: TreeEntry, options: { owner: boolean }): boolean {
  if (options.owner && (one.uid !== other.uid || one.gid !== other.gid)) return false;
  // A symlink's own mode means nothing on Linux and cannot be set.
  return isSameTime(one.mtimeNs, other.mtimeNs) && (one.type === "symlink" || one.mode === other.mode);
}
