import type { CheckpointRecord, RecoveryRecord, RestoreRecord, StoreIndex } from "../formats/index.js";

/** What failed: a task, or a step of a workflow. */
export type Subject = { taskId: string } | { workflowId: string; stepNumber: number };

/** A recovery of which it is known whether it was done. */
export interface SettledRecovery extends RecoveryRecord {
  result: "restored" | "failed";
}

/** The checkpoints of a task or step, oldest first; backups are nobody's. */
export function recordsOf<Recorded extends CheckpointRecord>(records: readonly Recorded[], subject: Subject): Recorded[] {
  const isOfSubject = (record: CheckpointRecord): boolean =>
    "taskId" in subject
      ? record.taskId === subject.taskId
      : record.stepNumber === subject.stepNumber && record.workflowId === subject.workflowId;
  return records.filter((record) => record.type !== "backup" && isOfSubject(record)).sort((one, other) => one.sequence - other.sequence);
}

/** The recoveries of a task or step, oldest first. */
export function recoveriesOf({ recoveries, restores }: Pick<StoreIndex, "recoveries" | "restores">, subject: Subject): SettledRecovery[] {
  const isOfSubject = (recovery: RecoveryRecord): boolean =>
    "taskId" in subject
      ? recovery.taskId === subject.taskId
      : recovery.taskId === null && recovery.stepNumber === subject.stepNumber && recovery.workflowId === subject.workflowId;
  return recoveries.filter(isOfSubject).map((recovery) => settle(recovery, restores));
}

/** A recovery whose process ended before it could tell was done when the restores have it: a cut-off restore is finished by the next writer. */
export function settle(recovery: RecoveryRecord, restores: readonly RestoreRecord[]): SettledRecovery {
  if (recovery.result !== "started") return { ...recovery, result: recovery.result };
  const done = restores.find(
    ({ at, result, target }) => target === recovery.target && result !== "rolled_back" && Date.parse(at) >= Date.parse(recovery.at),
  );
  return done === undefined ? { ...recovery, result: "failed" } : { ...recovery, backup: done.backup, result: "restored" };
}

/** True for a checkpoint that a recovery went back behind: what it holds led to the failure. */
export function isAbandoned({ sequence }: Pick<CheckpointRecord, "sequence">, recoveries: readonly SettledRecovery[]): boolean {
  return recoveries.some(
    ({ result, targetSequence, nextSequence }) => result === "restored" && sequence > targetSequence && sequence < nextSequence,
  );
}
