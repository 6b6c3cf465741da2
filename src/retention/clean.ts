import { readDiskUsage } from "../platform/index.js";
import { StepbackError } from "../errors/index.js";
import { readActiveSession, type IndexState, type Store, type StoreWriter } from "../store/index.js";
import { describeRunState, removeRecords, type CallOptions } from "../checkpoint/index.js";
import type { CheckpointId, StoreIndex } from "../formats/index.js";
import type { CleanResult, RetentionContext, RetentionPolicy } from "./policy.js";
import { selectExpired } from "./select-expired.js";

/** Removes what the policy lets expire; each step is a rename first. */
export async function cleanStore(writer: StoreWriter, policy: RetentionPolicy, options: CallOptions): Promise<CleanResult> {
  const decision = selectExpired(
    writer.index.checkpoints,
    policy,
    contextOf(writer.index, { now: writer.now(), neededByRestore: new Set(), neededBySession: findSessionStart(writer.store) }),
  );
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
  const decision = selectExpired(checkpoints, policy, contextOf(index, { ...request, neededBySession: findSessionStart(store) }));
  const folders = decision.expired.map(({ id }) => store.snapshotPath(id));
  const { freedBytes } = await readDiskUsage(folders, request.options.signal);
  return { decision, freedBytes, isDryRun: true };
}

function contextOf(index: StoreIndex, facts: Omit<RetentionContext, "runningSteps">): RetentionContext {
  const { now, neededByRestore, neededBySession } = facts;
  const running = index.checkpoints.filter((record) => describeRunState(record) === "running");
  return { now, neededByRestore, neededBySession, runningSteps: new Set(running.map(({ id }) => id)) };
}

/** What an unusable record of a session says cannot be told, and must not keep a cleanup from its work. */
function findSessionStart(store: Store): Set<CheckpointId> {
  try {
    const start = readActiveSession(store)?.startCheckpoint ?? null;
    return new Set(start === null ? [] : [start]);
  } catch (error) {
    if (error instanceof StepbackError) return new Set();
    throw error;
  }
}
