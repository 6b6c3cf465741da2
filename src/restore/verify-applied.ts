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
  for (const { path, after } of journal.folders) if (after !== null) await check(path, after);
  return [...wrong];
}
