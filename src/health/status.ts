import { InterruptedError, StepbackError } from "../errors/index.js";
import { readGitHead } from "../git-head/index.js";
import { describeLock, readLock, withStorageErrors } from "../platform/index.js";
import { readIndex, type Store } from "../store/index.js";
import { listCheckpoints, type CallOptions, type Checkpoint, type RunState } from "../checkpoint/index.js";
import { previewRestore, readUnfinishedRestore } from "../restore/index.js";
import type { Config } from "../formats/index.js";
import type { OpenSession, OpenWorkflow, StatusReport } from "./reports.js";

export interface StatusRequest {
  config: Config;
  now: Date;
  options: CallOptions;
  /** What the store takes on disk. */
  storeBytes: number;
  session: OpenSession | null;
  workflow: OpenWorkflow | null;
}

/** Says how a directory and its store stand; writes nothing, takes no lock, waits for nobody. */
export function readStatus(store: Store, request: StatusRequest): Promise<Omit<StatusReport, "cleanable">> {
  return withStorageErrors(store.path, () => gatherStatus(store, request));
}

async function gatherStatus(store: Store, request: StatusRequest): Promise<Omit<StatusReport, "cleanable">> {
  const state = readIndex(store);
  const { checkpoints, warnings } = listCheckpoints(store, state, {});
  // As the word means it in an id: backups do not count.
  const latest = checkpoints.findLast(({ type }) => type !== "backup");
  const head = readGitHead(store.directory);
  const lock = readLock(store.lockPath);
  const { unfinished, problems } = readUnfinishedRestore(store, state.listing);
  const changes = latest === undefined ? null : await countChanges(latest);
  if (typeof changes === "string") problems.push(`what changed since ${latest?.id} cannot be told: ${changes}`);
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
    unfinishedRestore: unfinished === null ? null : { target: unfinished.target, startedAt: unfinished.startedAt },
    lock: lock === null ? null : describeLock(lock, request.now),
    gitMismatch: describeMismatch(latest, head),
    session: request.session,
    workflow: request.workflow,
    incomplete: describeIncomplete(request, unfinished, latest),
    changes: typeof changes === "string" ? null : changes,
    storeBytes: request.storeBytes,
    git: head.commit === null ? null : { commit: head.commit, branch: head.branch },
    warnings: [...warnings, ...problems, ...(head.warning === null ? [] : [head.warning])],
  };

  /** Seen from the checkpoint: what a restore would remove was added since, what it would create was removed. Else why not. */
  async function countChanges(since: Checkpoint): Promise<StatusReport["changes"] | string> {
    try {
      const { counts } = await previewRestore(store, state, since.id, request);
      return { added: counts.removed, changed: counts.replaced + counts.retouched, removed: counts.created };
    } catch (error) {
      if (!(error instanceof StepbackError) || error instanceof InterruptedError) throw error;
      return error.message;
    }
  }
}

function idsInState(checkpoints: readonly Checkpoint[], wanted: RunState) {
  return checkpoints.filter(({ runState }) => runState === wanted).map(({ id }) => id);
}

/** An older interrupted step is history; that of the latest checkpoint is where the work stands. */
function describeIncomplete(
  { session, workflow }: StatusRequest,
  unfinished: StatusReport["unfinishedRestore"],
  latest: Checkpoint | undefined,
): string[] {
  return [
    ...(session === null ? [] : [`${session.sessionId} is ${session.state} and was not ended`]),
    ...(workflow === null ? [] : [`${workflow.workflowId} goes on with step ${workflow.nextStep} (${workflow.nextStepName})`]),
    ...(unfinished === null ? [] : [`the restore of ${unfinished.target} is unfinished`]),
    ...(latest?.runState === "interrupted" ? [`the step of ${latest.id} was interrupted`] : []),
  ];
}

function describeMismatch(latest: Checkpoint | undefined, head: { commit: string | null }): string | null {
  const then = latest?.gitCommit ?? null;
  if (latest === undefined || then === null || head.commit === null || then === head.commit) return null;
  return `state mismatch: ${latest.id} was taken at commit ${then.slice(0, 9)}, and HEAD is at ${head.commit.slice(0, 9)}`;
}
