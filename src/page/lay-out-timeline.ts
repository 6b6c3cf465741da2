import type { Checkpoint } from "../checkpoint/index.js";
import type { RestoreRecord } from "../formats/index.js";
import type { Timeline, TimelineItem } from "./material.js";

/**
 * Puts checkpoints, restores and the stretches between them into their order; pure. A restore stands behind its backup. After one of the
 * whole directory the next stretch begins at what was restored, else a step done again would seem to undo what the restore undid.
 */
export function layOutTimeline(checkpoints: readonly Checkpoint[], restores: readonly RestoreRecord[], most: number): Timeline {
  const ordered = checkpoints.toSorted((one, other) => one.sequence - other.sequence);
  const behind = placeRestores(ordered, restores);
  const start = Math.max(ordered.length - most, 0);
  const ids = new Set(ordered.map(({ id }) => id));
  const items: TimelineItem[] = [];
  let shownRestores = 0;
  for (let at = start; at < ordered.length; at++) {
    const checkpoint = ordered[at] as Checkpoint;
    // Those of backups that were cleaned away can be many.
    const own = (behind.get(at) ?? []).slice(-MOST_RESTORES);
    const restored = own.findLast(isWhole);
    items.push({ kind: "checkpoint", checkpoint });
    for (const restore of own) items.push({ kind: "restore", restore, isTargetThere: ids.has(restore.target) });
    shownRestores += own.length;
    const from = restored === undefined ? checkpoint.id : ids.has(restored.target) ? restored.target : null;
    const step = checkpoint.type === "step" && own.length === 0 ? checkpoint : null;
    items.push({ kind: "stretch", stretch: { from, to: ordered[at + 1]?.id ?? null, step, isAfterRestore: restored !== undefined } });
  }
  return { items, olderCheckpoints: start, olderRestores: restores.length - shownRestores };
}

const MOST_RESTORES = 20;

/** By the place of the checkpoint before each: its backup, or where that is gone, the one that was the newest then; -1 before all. */
function placeRestores(ordered: readonly Checkpoint[], restores: readonly RestoreRecord[]): Map<number, RestoreRecord[]> {
  const places = new Map(ordered.map(({ id }, at) => [id, at]));
  const behind = new Map<number, RestoreRecord[]>();
  for (const restore of restores) {
    const moment = Date.parse(restore.at);
    const at = places.get(restore.backup) ?? ordered.findLastIndex(({ createdAt }) => Date.parse(createdAt) <= moment);
    const group = behind.get(at);
    if (group === undefined) behind.set(at, [restore]);
    else group.push(restore);
  }
  return behind;
}

/** The directory was then as the target has it; one that was rolled back left it as the backup has it. */
function isWhole({ paths, result }: RestoreRecord): boolean {
  return paths.length === 0 && result !== "rolled_back";
}
