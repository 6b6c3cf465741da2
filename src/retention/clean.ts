import { readDiskUsage } from "../platform/index.js";
import type { IndexState, Store, StoreWriter } from "../store/index.js";
import { describeRunState, removeRecords, type CallOptions } from "../checkpoint/index.js";
import type { CheckpointId, StoreIndex } from "../formats/index.js";
import type { CleanResult, RetentionContext, RetentionPolicy } from "./policy.js";
import { selectExpired } from "./select-expired.js";

/** Removes what the policy lets expire; each step is a rename first. */
export async function cleanStore(writer: StoreWriter, policy: RetentionPolicy, options: CallOptions): Promise<CleanResult> {
  const decision = selectExpired(writer.index.checkpoints, policy, contextOf(writer.index, writer.now(), new Set()));
  const freedBytes = await removeRecords(writer, decision.expired, options);
  return { decision, freedBytes, isDryRun: false };
}

/** Says what `cleanStore` would do, by the same decision; writes nothing. */
export async function previewClean(
  store: Store,
  state: IndexState,
  policy: RetentionPolicy,
  request: { now: Date; neededByRestore: ReadonlySet<CheckpointId>; options: CallOptions },
): Promise<CleanResult> {
  // A record whose folder was deleted by hand leaves the index at the next write, before anything is decided.
  const checkpoints = state.index.checkpoints.filter(({ id }) => state.form === "legacy" || state.listing.folders.has(id));
  const index = { ...state.index, checkpoints };
  const decision = selectExpired(checkpoints, policy, contextOf(index, request.now, request.neededByRestore));
  const folders = decision.expired.map(({ id }) => store.snapshotPath(id));
  const { freedBytes } = await readDiskUsage(folders, request.options.signal);
  return { decision, freedBytes, isDryRun: true };
}

function contextOf(index: StoreIndex, now: Date, neededByRestore: ReadonlySet<CheckpointId>): RetentionContext {
  const running = index.checkpoints.filter((record) => describeRunState(record) === "running");
  return { now, neededByRestore, runningSteps: new Set(running.map(({ id }) => id)) };
}
