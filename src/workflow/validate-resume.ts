import type { CallOptions } from "../checkpoint/index.js";
import { currentStepOf, type CheckpointRecord, type WorkflowRecord } from "../formats/index.js";
import type { IndexState } from "../store/index.js";
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
  const missing = done.flatMap(({ number, artifacts }) =>
    artifacts.filter((path) => !isArtifactThere(access.store.directory, path)).map((path) => ({ number, path })),
  );
  // A workflow that has come to its end builds on nothing any more.
  const isOver = currentStepOf(record) === null;
  const problems = (isOver ? [] : missing).map(({ number, path }) => `artifact missing ${path} (of step ${number})`);
  const { state } = options;
  const known = new Map((state === null ? [] : presentRecords(state)).map((one) => [one.id, one]));
  const recorded = done.flatMap(({ checkpointId, number }) => (checkpointId === null ? [] : [{ id: checkpointId, number }]));
  const gone = recorded.filter(({ id }) => !known.has(id));
  const rollback = options.keepPartial ? null : findRollback(record, [...known.values()]);
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

/** A record whose folder was deleted by hand leaves the index at the next write. */
export function presentRecords(state: IndexState): CheckpointRecord[] {
  return state.index.checkpoints.filter(({ id }) => state.form === "legacy" || state.listing.folders.has(id));
}
