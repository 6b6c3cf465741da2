import type { BigIntStats } from "node:fs";
import type { JournalOperation, TreeEntry } from "../formats/index.js";
import { isSameTime } from "../platform/index.js";

type Rights = Pick<TreeEntry, "type" | "mode" | "uid" | "gid">;

const SET_ID_BITS = 0o6000;

/** Tells whether mode and owner are an entry's; a symlink has no mode of its own. */
export function hasRightsOf(stats: BigIntStats, entry: Rights): boolean {
  return isOneOf(stats, [entry], entry.type === "symlink" ? null : [entry.mode]);
}

/** Tells whether something belongs to an entry's user and group. */
export function hasOwnerOf(stats: BigIntStats, { uid, gid }: Pick<TreeEntry, "uid" | "gid">): boolean {
  return stats.uid === BigInt(uid) && stats.gid === BigInt(gid);
}

/** Tells whether mode, times and (where it is kept) owner at a path are an entry's. */
export function hasAttributesOf(stats: BigIntStats, entry: TreeEntry, keepOwner: boolean): boolean {
  if (!isSameTime(stats.mtimeNs, entry.mtimeNs)) return false;
  if (keepOwner && !hasOwnerOf(stats, entry)) return false;
  return entry.type === "symlink" || modeOf(stats) === entry.mode;
}

/** Tells whether mode and owner are what a retouch found, or made, or left when it was cut off between owner and mode. */
export function hasRightsOfRetouch(stats: BigIntStats, { before, after }: Pick<JournalOperation, "before" | "after">): boolean {
  const sides = [before, after].filter((side) => side !== null);
  const modes = sides.flatMap(({ mode }) => [mode, mode & ~SET_ID_BITS]);
  return isOneOf(stats, sides, after?.type === "symlink" ? null : modes);
}

/**
 * Tells whether mode and owner of a folder are what the restore found or gave it; while it works, a closed folder is open to its owner.
 * Of a folder that was not there before, nothing is known: the process's mask and the folder above take part in its mode.
 */
export function hasRightsOfRestore(stats: BigIntStats, { before, after }: { before: Rights | null; after: Rights | null }): boolean {
  if (before === null) return true;
  const sides = [before, after].filter((side) => side !== null);
  const modes = sides.flatMap(({ mode }) => [mode, mode | 0o700, mode & ~SET_ID_BITS, (mode & ~SET_ID_BITS) | 0o700]);
  return isOneOf(stats, sides, modes);
}

function isOneOf(stats: BigIntStats, sides: readonly Rights[], modes: readonly number[] | null): boolean {
  const hasOwner = sides.some(({ uid }) => BigInt(uid) === stats.uid) && sides.some(({ gid }) => BigInt(gid) === stats.gid);
  return hasOwner && (modes === null || modes.includes(modeOf(stats)));
}

function modeOf(stats: BigIntStats): number {
  return Number(stats.mode) & 0o7777;
}
