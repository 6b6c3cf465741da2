import type { BigIntStats } from "node:fs";
import type { JournalOperation, TreeEntry } from "../formats/index.js";
import { printablePath, Slice } from "../platform/index.js";
import type { ApplyContext, PlacedLook } from "./apply.js";
import { hasContentOf } from "./live-entry.js";
import { hasAttributesOf } from "./rights.js";

/** The coarsest time stamps in use are those of FAT, and clocks may differ a little. */
const YOUNG_NS = 10_000_000_000n;

/** Holds the live directory against the journal: every operation's path and every folder it disturbed; gives those that differ. */
export async function findUnapplied({ root, journal, keepOwner, placed }: ApplyContext): Promise<string[]> {
  const slice = new Slice();
  const beganNs = BigInt(Date.parse(journal.startedAt)) * 1_000_000n;
  const wrong = new Set<string>();
  const check = async (path: JournalOperation["path"], after: TreeEntry | null): Promise<void> => {
    const stats = root.lookAt(path);
    const isRight =
      after === null
        ? stats === undefined
        : stats !== undefined &&
          hasAttributesOf(stats, after, keepOwner) &&
          (isUntouched(stats, after, placed?.get(path), beganNs) || (await hasContentOf(root, path, after)));
    if (!isRight) wrong.add(printablePath(path));
  };
  for (const { path, after } of journal.operations) {
    await check(path, after);
    if (slice.isOver()) await slice.rest();
  }
  for (const { path, after } of journal.folders) {
    if (after === null) continue;
    // Newly modified is all it is to be: a file system with coarse times cannot say when to the millisecond.
    const seenNs = after.mtimeNs === beganNs ? root.lookAt(path)?.mtimeNs : undefined;
    await check(path, seenNs === undefined ? after : { ...after, mtimeNs: seenNs });
  }
  return [...wrong];
}

/**
 * Tells whether a file is the very one that was staged, and nobody has written to it since: its bytes were hashed on their way there, and a
 * write would have moved its time away from an old one.
 */
function isUntouched(stats: BigIntStats, after: TreeEntry, placed: PlacedLook | undefined, beganNs: bigint): boolean {
  if (after.type !== "file" || placed === undefined || after.mtimeNs > beganNs - YOUNG_NS) return false;
  return stats.ino === placed.ino && stats.dev === placed.dev && stats.size === BigInt(after.size) && stats.mtimeNs === placed.mtimeNs;
}
