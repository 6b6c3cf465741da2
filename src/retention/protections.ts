import type { CheckpointRecord, RetentionPolicy } from "../formats/index.js";
import type { Protection, RetentionContext } from "./policy.js";
import type { Timeline } from "./timeline.js";

interface ProtectionRule {
  reason: Protection;
  select: (timeline: Timeline, policy: RetentionPolicy, context: RetentionContext) => readonly CheckpointRecord[];
}

/** What is kept under every policy, and by every limit. */
export const PROTECTIONS: readonly ProtectionRule[] = [
  { reason: "pinned", select: ({ newestFirst }) => newestFirst.filter(({ isPinned }) => isPinned) },
  { reason: "newest_complete", select: ({ newestFirst }) => withOwn(newestFirst, newestComplete) },
  { reason: "newest_successful", select: ({ newestFirst }) => withOwn(newestFirst, newestSuccessful) },
  {
    reason: "recent_backup",
    select: ({ newestFirst, isYoungerThan }) => newestFirst.filter((record) => isBackup(record) && isYoungerThan(record, 1)),
  },
  { reason: "needed_by_restore", select: ({ newestFirst }, _, { neededByRestore }) => those(newestFirst, neededByRestore) },
  { reason: "active_session", select: ({ newestFirst }, _, { neededBySession }) => those(newestFirst, neededBySession) },
  { reason: "needed_by_workflow", select: ({ newestFirst }, _, { neededByWorkflow }) => those(newestFirst, neededByWorkflow) },
  { reason: "running_step", select: ({ newestFirst }, _, { runningSteps }) => those(newestFirst, runningSteps) },
  { reason: "just_made", select: ({ newestFirst }, _, { justMade }) => those(newestFirst, justMade) },
  {
    reason: "min_age",
    select: ({ newestFirst, isYoungerThan }, { minAgeDays = 0 }) =>
      minAgeDays > 0 ? newestFirst.filter((record) => isYoungerThan(record, minAgeDays)) : [],
  },
];

/** What was imported is the newest of its store, and may be of another directory: it never stands in for one that was made here. */
function withOwn(
  newestFirst: readonly CheckpointRecord[],
  select: (newestFirst: readonly CheckpointRecord[]) => readonly CheckpointRecord[],
): readonly CheckpointRecord[] {
  return [...new Set([...select(newestFirst), ...select(newestFirst.filter(({ importedFrom }) => importedFrom === null))])];
}

function newestSuccessful(newestFirst: readonly CheckpointRecord[]): readonly CheckpointRecord[] {
  return firstOf(newestFirst, ({ success }) => success === true);
}

/** A backup is a state someone wanted to leave, so it stands in only where there is no other complete checkpoint. */
function newestComplete(newestFirst: readonly CheckpointRecord[]): readonly CheckpointRecord[] {
  const complete = newestFirst.filter((record) => record.isComplete);
  const [newest] = firstOf(complete, (record) => !isBackup(record));
  return newest === undefined ? complete.slice(0, 1) : [newest];
}

function firstOf(records: readonly CheckpointRecord[], isWanted: (record: CheckpointRecord) => boolean): readonly CheckpointRecord[] {
  const found = records.find(isWanted);
  return found === undefined ? [] : [found];
}

function those(records: readonly CheckpointRecord[], ids: RetentionContext["runningSteps"]): readonly CheckpointRecord[] {
  return records.filter(({ id }) => ids.has(id));
}

function isBackup(record: CheckpointRecord): boolean {
  return record.type === "backup";
}
