import { readGitHead } from "../git-head/index.js";
import { describeLock, readDiskUsage, readLock } from "../platform/index.js";
import { readIndex, type Store } from "../store/index.js";
import { listCheckpoints, type CallOptions, type Checkpoint, type RunState } from "../checkpoint/index.js";
import { previewRestore, readUnfinishedRestore } from "../restore/index.js";
import type { Config } from "../formats/index.js";
import type { StatusReport } from "./reports.js";

/** Says how a directory and its store stand; writes nothing, takes no lock, waits for nobody. */
export async function readStatus(store: Store, request: { config: Config; now: Date; options: CallOptions }): Promise<StatusReport> {
  const state = readIndex(store);
  const { checkpoints, warnings } = listCheckpoints(store, state, {});
  // As the word means it in an id: backups do not count.
  const latest = checkpoints.findLast(({ type }) => type !== "backup");
  const head = readGitHead(store.directory);
  const lock = readLock(store.lockPath);
  return {
    changeId: store.changeId,
    directory: store.directory,
    storePath: store.path,
    checkpoints: checkpoints.length,
    pinned: checkpoints.filter(({ isPinned }) => isPinned).length,
    backups: checkpoints.filter(({ type }) => type === "backup").length,
    latest: latest === undefined ? null : { id: latest.id, createdAt: latest.createdAt },
    lastSuccessfulStep: checkpoints.findLast(({ success, stepNumber }) => success === true && stepNumber !== null)?.stepNumber ?? null,
    interrupted: idsInState(checkpoints, "interrupted"),
    running: idsInState(checkpoints, "running"),
    unfinishedRestore: readUnfinishedRestore(store, state.listing),
    lock: lock === null ? null : describeLock(lock, request.now),
    changes: latest === undefined ? null : await countChanges(),
    storeBytes: state.listing.exists ? (await readDiskUsage([store.path], request.options.signal)).occupiedBytes : 0,
    git: head.commit === null ? null : { commit: head.commit, branch: head.branch },
    warnings: head.warning === null ? warnings : [...warnings, head.warning],
  };

  /** Seen from the checkpoint: what a restore would remove was added since, what it would create was removed. */
  async function countChanges(): Promise<StatusReport["changes"]> {
    const { counts } = await previewRestore(store, state, (latest as Checkpoint).id, request);
    return { added: counts.removed, changed: counts.replaced + counts.retouched, removed: counts.created };
  }
}

function idsInState(checkpoints: readonly Checkpoint[], wanted: RunState) {
  return checkpoints.filter(({ runState }) => runState === wanted).map(({ id }) => id);
}
