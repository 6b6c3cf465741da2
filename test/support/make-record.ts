import type { CheckpointRecord } from "../../src/formats/index.js";
import { parseCheckpointId } from "../../src/formats/index.js";

/** Makes a record of a plain, complete checkpoint; its id follows its time, type and sequence unless it is given. */
export function makeRecord(overrides: Partial<CheckpointRecord> = {}): CheckpointRecord {
  const { sequence = 1, type = "manual", createdAt = "2026-01-31T12:00:00Z" } = overrides;
  const second = createdAt.slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  return {
    id: overrides.id ?? parseCheckpointId(`checkpoint-${second}-${type}-${sequence}`),
    sequence,
    type,
    stepNumber: null,
    stepName: null,
    createdAt,
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
    ...overrides,
  };
}
