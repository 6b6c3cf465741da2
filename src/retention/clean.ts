import { parseWorkflow, type CheckpointId, type CheckpointRecord, type RetentionPolicy } from "../formats/index.js";
import { StepbackError } from "../errors/index.js";
import {
  planReconciliation,
  readActiveSession,
  readWorkflowBytes,
  reconcileIndex,
  workflowPath,
  type IndexState,
  type Store,
  type StoreWriter,
} from "../store/index.js";
import {
  describeRunState,
  neededByWorkflow,
  removeRecords,
  surveyCheckpoints,
  type CallOptions,
  type CheckpointSurvey,
} from "../checkpoint/index.js";
import type { CleanResult, RetentionContext, RetentionDecision } from "./policy.js";
import { selectExpired } from "./select-expired.js";

/** Which checkpoints are needed beyond what the store itself tells. */
export interface Needs {
  justMade?: ReadonlySet<CheckpointId>;
  /** Those that work of this process goes back to when it fails; no record tells of them. */
  guarding?: ReadonlySet<CheckpointId>;
}

/** Removes what the policy lets expire; each step is a rename first. */
export async function cleanStore(
  writer: StoreWriter,
  policy: RetentionPolicy,
  request: Needs & { options: CallOptions },
): Promise<CleanResult> {
  const { options } = request;
  const { checkpoints } = writer.index;
  // What a crash left of a restore was ended when the writer came in.
  const needs = { ...request, neededByRestore: new Set<CheckpointId>() };
  const { decision } = await decide(writer.store, checkpoints, { policy, now: writer.now(), needs, options });
  const freedBytes = await removeRecords(writer, decision.expired, options);
  return { policy, decision, freedBytes, isDryRun: false };
}

/** Says what `cleanStore` would do, by the same decision; writes nothing. */
export async function previewClean(
  store: Store,
  state: IndexState,
  policy: RetentionPolicy,
  request: Needs & { now: Date; neededByRestore: ReadonlySet<CheckpointId>; options: CallOptions; survey?: CheckpointSurvey },
): Promise<CleanResult> {
  const checkpoints = checkpointsOfNextWrite(store, state);
  const { decision, survey } = await decide(store, checkpoints, { ...request, policy, needs: request });
  const measured = survey ?? (await surveyCheckpoints(store, idsOf(decision.expired), request.options));
  return { policy, decision, freedBytes: measured.freedBytes(idsOf(decision.expired)), isDryRun: true };
}

/** The next writer brings index and folders in agreement before it decides anything. */
export function checkpointsOfNextWrite(store: Store, { index, form, listing }: IndexState): CheckpointRecord[] {
  if (form === "legacy") return index.checkpoints;
  return reconcileIndex(index, planReconciliation(store, index, listing)).checkpoints;
}

interface DecisionRequest {
  policy: RetentionPolicy;
  now: Date;
  needs: Needs & { neededByRestore: ReadonlySet<CheckpointId> };
  options: CallOptions;
  survey?: CheckpointSurvey;
}

/** Only a limit on the size makes it necessary to look at every stored file. */
async function decide(
  store: Store,
  records: readonly CheckpointRecord[],
  { policy, now, needs, options, survey: known }: DecisionRequest,
): Promise<{ decision: RetentionDecision; survey: CheckpointSurvey | undefined }> {
  const survey = known ?? (policy.maxBytes === undefined ? undefined : await surveyCheckpoints(store, idsOf(records), options));
  const running = records.filter((record) => describeRunState(record) === "running");
  const context: RetentionContext = {
    now,
    neededByRestore: needs.neededByRestore,
    neededBySession: findSessionStart(store),
    neededByWorkflow: findStepsToGoBackTo(store, records),
    runningSteps: new Set([...idsOf(running), ...(needs.guarding ?? [])]),
    justMade: needs.justMade ?? new Set(),
    occupiedBytes: (ids) => survey?.occupiedBytes(ids) ?? 0,
  };
  return { decision: selectExpired(records, policy, context), survey };
}

function idsOf(records: readonly CheckpointRecord[]): CheckpointId[] {
  return records.map(({ id }) => id);
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

/**
 * A record that cannot be read may be that of a newer stepback in the middle of its work, or be brought back from a copy: until then all that
 * belongs to any workflow stays.
 */
function findStepsToGoBackTo(store: Store, records: readonly CheckpointRecord[]): Set<CheckpointId> {
  try {
    const path = workflowPath(store);
    const bytes = readWorkflowBytes(path);
    return bytes === undefined ? new Set() : neededByWorkflow(parseWorkflow(bytes.toString(), path), records);
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
    return new Set(idsOf(records.filter(({ workflowId }) => workflowId !== null)));
  }
}
