import { IndexUnusableError } from "../errors/index.js";
import type { CheckpointRecord, StoreIndex } from "./record.js";
import { isCheckpointId, type CheckpointId } from "./names.js";
import { INDEX_KEYS, isJsonObject, RECORD_KEYS, unknownKeysOf, type JsonObject } from "./record-form.js";

const KNOWN_KEYS: ReadonlySet<string> = new Set(["change_id", "checkpoints", "last_successful_step"]);
const KNOWN_RECORD_KEYS: ReadonlySet<string> = new Set([
  "checkpoint_id",
  "step_num",
  "step_number",
  "step_name",
  "timestamp",
  "files_snapshot",
  "files",
  "git_commit",
  "success",
  "notes",
]);

/** The step number that the original tool gave to its backups. */
const LEGACY_BACKUP_STEP = 99;

/**
 * Reads the index of the original OpenSpec tool: `step_num` and `files_snapshot` (or the documented `step_number` and
 * `files`), naive UTC timestamps, `notes: ""`, no version. Of entries with the same id the later one stays, because
 * its snapshot replaced the earlier one's in the one folder they share. Entries that cannot be read are left out with a warning.
 * Sizes are not recorded in this form; the store fills them in from the snapshots.
 * @throws IndexUnusableError when the document is not that form at all.
 */
export function parseLegacyIndex(json: JsonObject, path: string): { index: StoreIndex; warnings: string[] } {
  const list = json["checkpoints"];
  if (!Array.isArray(list)) throw new IndexUnusableError(path, "has neither a format_version nor a list of checkpoints");
  const warnings: string[] = [];
  const byId = new Map<CheckpointId, CheckpointRecord>();
  for (const [position, entry] of list.entries()) {
    const record = isJsonObject(entry) ? parseLegacyRecord(entry) : null;
    if (record === null) {
      warnings.push(`entry ${position + 1} of the legacy index cannot be read and is left out`);
      continue;
    }
    if (byId.delete(record.id)) warnings.push(`${record.id} stands twice in the legacy index; the later entry is used`);
    byId.set(record.id, record);
  }
  const checkpoints = [...byId.values()];
  checkpoints.forEach((record, position) => (record.sequence = position + 1));
  const changeId = typeof json["change_id"] === "string" ? json["change_id"] : "";
  const index: StoreIndex = {
    changeId,
    checkpoints,
    nextSequence: checkpoints.length + 1,
    claims: null,
    restores: [],
    recoveries: [],
    unknownKeys: keepForeign(unknownKeysOf(json, KNOWN_KEYS), INDEX_KEYS),
  };
  return { index, warnings };
}

/** Makes a record from what little is known of a legacy checkpoint: its id tells the step and the time. */
export function makeLegacyRecord(id: CheckpointId): CheckpointRecord {
  const match = /^checkpoint-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-([a-z0-9_]+)/.exec(id) as RegExpExecArray;
  const [, year, month, day, hour, minute, second, label] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const step = /^step(\d+)$/.exec(label)?.[1];
  const stepNumber = step === undefined ? null : Number(step);
  const isBackup = stepNumber === LEGACY_BACKUP_STEP || label === "backup";
  return {
    id,
    sequence: 0,
    type: isBackup ? "backup" : stepNumber === null ? "manual" : "step",
    stepNumber,
    stepName: null,
    // A name that tells no real time stands before all others.
    createdAt: parseNaiveUtc(`${year}-${month}-${day}T${hour}:${minute}:${second}`) ?? "1970-01-01T00:00:00.000Z",
    files: [],
    fileCount: 0,
    totalBytes: 0,
    gitCommit: null,
    gitBranch: null,
    success: null,
    notes: null,
    phase: null,
    taskId: null,
    stage: null,
    sessionId: null,
    workflowId: null,
    state: null,
    tags: [],
    metadata: {},
    isPinned: false,
    isComplete: true,
    backupOf: null,
    rollbackUsed: false,
    rollbackCount: 0,
    run: null,
    importedFrom: null,
    manifestSha256: null,
    unknownKeys: {},
  };
}

function parseLegacyRecord(json: JsonObject): CheckpointRecord | null {
  const id = json["checkpoint_id"];
  if (typeof id !== "string" || !isCheckpointId(id)) return null;
  const record = makeLegacyRecord(id);
  const step = json["step_num"] ?? json["step_number"];
  const files = json["files_snapshot"] ?? json["files"];
  if (typeof step === "number" && Number.isInteger(step) && step >= 0) {
    record.stepNumber = step;
    record.type = step === LEGACY_BACKUP_STEP ? "backup" : "step";
  }
  record.stepName = textOrNull(json["step_name"]);
  record.createdAt = parseNaiveUtc(json["timestamp"]) ?? record.createdAt;
  record.files = Array.isArray(files) ? files.filter((file): file is string => typeof file === "string").slice(0, 100) : [];
  record.fileCount = Array.isArray(files) ? files.length : 0;
  record.gitCommit = textOrNull(json["git_commit"]);
  record.success = typeof json["success"] === "boolean" ? json["success"] : null;
  record.notes = textOrNull(json["notes"]);
  record.unknownKeys = keepForeign(unknownKeysOf(json, KNOWN_RECORD_KEYS), RECORD_KEYS);
  return record;
}

/** Somebody else's key that happens to bear a name of ours must not be taken for ours after the upgrade. */
function keepForeign(keys: Record<string, unknown>, ours: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(keys).map(([key, value]) => [ours.has(key) ? `legacy_${key}` : key, value]));
}

/** `2025-10-20T14:30:25.123456` without a zone means UTC there; with a zone it means what it says. */
function parseNaiveUtc(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/.exec(value.trim());
  if (match === null) return null;
  const milliseconds = (match[3] ?? "").slice(0, 3).padEnd(3, "0");
  const moment = new Date(`${match[1]}T${match[2]}.${milliseconds}${match[4] ?? "Z"}`);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
