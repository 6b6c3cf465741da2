import { formatRecord, type JsonObject } from "./record-form.js";
import type { CheckpointRecord } from "./record.js";

/** What a reader takes a record's own keys for where they are absent. */
const WHEN_ABSENT: JsonObject = {
  git_branch: null,
  phase: null,
  task: null,
  stage: null,
  tags: [],
  metadata: {},
  pinned: false,
  complete: true,
  backup_of: null,
  rollback_used: false,
  rollback_count: 0,
  run: null,
};

/**
 * Turns a record into its form in an index, which is written whole with every checkpoint: keys of our own that say nothing would be a
 * third of it.
 */
export function formatListedRecord(record: CheckpointRecord): JsonObject {
  return formatRecord(record, (key, value) => Object.hasOwn(WHEN_ABSENT, key) && isSame(value, WHEN_ABSENT[key]));
}

function isSame(one: unknown, other: unknown): boolean {
  if (typeof other !== "object" || other === null) return one === other;
  return typeof one === "object" && one !== null && Object.keys(one).length === 0;
}
