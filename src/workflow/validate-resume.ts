import type { CallOptions } from "../checkpoint/index.js";
import { StepbackError } from "../errors/index.js";
import { currentStepOf, type CheckpointRecord, type WorkflowRecord } from "../formats/index.js";
import { readManifest, type IndexState, type Store } from "../store/index.js";
import type { WorkflowAccess } from "./access.js";
import { isArtifactThere } from "./artifacts.js";
import { findRollback } from "./change-record.js";

/** What going on would build on, looked at. */
export interface Validation {
  /** In sentences; going on is refused. */
  problems: string[];
  /** What can no longer be gone back to. */
  warnings: string[];
  missingArtifacts: Set<string>;
}

/** Looks at artifacts and checkpoints of all that is completed before a step; the files of the checkpoints are read and hashed. */
export async function validateResume(
  access: WorkflowAccess,
  record: WorkflowRecord,
  options: CallOptions & { before: number; state: IndexState | null; keepPartial: boolean },
): Promise<Validation> {
  const done = record.completed.filter(({ number }) => number < options.before);
  const { state } = options;
  const known = new Map((state === null ? [] : presentRecords(state)).map((one) => [one.id, one]));
  const rollback = options.keepPartial ? null : findRollback(record, [...known.values()]);
  const absent = done.flatMap(({ number, artifacts }) =>
    artifacts.filter((path) => !isArtifactThere(access.store.directory, path)).map((path) => ({ number, path })),
  );
  // What is brought back before anything else is not missing: the step that was cut off may have taken it away.
  const returning = absent.length === 0 || rollback === null ? new Set<string>() : pathsIn(access.store, known.get(rollback));
  const missing = absent.filter(({ path }) => !returning.has(path));
  // A workflow that has come to its end builds on nothing any more.
  const isOver = currentStepOf(record) === null;
  const problems = (isOver ? [] : missing).map(({ number, path }) => `artifact missing ${path} (of step ${number})`);
  const recorded = done.flatMap(({ checkpointId, number }) => (checkpointId === null ? [] : [{ id: checkpointId, number }]));
  const gone = recorded.filter(({ id }) => !known.has(id));
  if (rollback !== null && !known.has(rollback)) problems.push(`checkpoint missing ${rollback}`);
  const ids = [...recorded.map(({ id }) => id), ...(rollback === null ? [] : [rollback])].filter((id) => known.has(id));
  const damaged = ids.length === 0 ? [] : await access.findDamaged(ids, options);
  if (rollback !== null && damaged.includes(rollback)) problems.push(`checkpoint damaged ${rollback}`);
  return {
    problems,
    warnings: [
      ...(gone.length === 0 ? [] : [`checkpoint missing ${gone.map(({ id, number }) => `${id} (before step ${number})`).join(", ")}`]),
      ...(damaged.length === 0 ? [] : [`checkpoint damaged ${damaged.join(", ")}; \`stepback verify\` says more`]),
    ],
    missingArtifacts: new Set(missing.map(({ path }) => path)),
  };
}

/** The paths that a checkpoint holds. One that cannot be read holds none; that it is damaged is said elsewhere. */
function pathsIn(store: Store, record: CheckpointRecord | undefined): Set<string> {
  if (record === undefined) return new Set();
  try {
    return new Set(readManifest(store, record).entries.map(({ path }) => path));
  } catch (error) {
    if (error instanceof StepbackError) return new Set();
    throw error;
  }
}

/** A record whose folder was deleted by hand leaves the index at the next write. */
export function presentRecords(state: IndexState): CheckpointRecord[] {
  return state.index.checkpoints.filter(({ id }) => state.form === "legacy" || state.listing.folders.has(id));
}
