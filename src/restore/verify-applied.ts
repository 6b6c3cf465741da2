import type { JournalOperation, TreeEntry } from "../formats/index.js";
import { printablePath, Slice } from "../platform/index.js";
import type { ApplyContext } from "./apply.js";
import { hasContentOf } from "./live-entry.js";
import { hasAttributesOf } from "./rights.js";

/** Holds the live directory against the journal: every operation's path and every folder it disturbed; gives those that differ. */
export async function findUnapplied({ root, journal, keepOwner }: ApplyContext): Promise<string[]> {
  const slice = new Slice();
  const wrong = new Set<string>();
  const check = async (path: JournalOperation["path"], after: TreeEntry | null): Promise<void> => {
    const stats = root.lookAt(path);
    const isRight =
      after === null
        ? stats === undefined
        : stats !== undefined && hasAttributesOf(stats, after, keepOwner) && (await hasContentOf(root, path, after));
    if (!isRight) wrong.add(printablePath(path));
  };
  for (const { path, after } of journal.operations) {
    await check(path, after);
    if (slice.isOver()) await slice.rest();
  }
  const beganNs = BigInt(Date.parse(journal.startedAt)) * 1_000_000n;
  for (const { path, after } of journal.folders) {
    if (after === null) continue;
    // Newly modified is all it is to be: a file system with coarse times cannot say when to the millisecond.
    const seenNs = after.mtimeNs === beganNs ? root.lookAt(path)?.mtimeNs : undefined;
    await check(path, seenNs === undefined ? after : { ...after, mtimeNs: seenNs });
  }
  return [...wrong];
}
