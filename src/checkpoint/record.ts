import { InvalidArgumentError, StoreUnusableError } from "../errors/index.js";
import {
  CHECKPOINT_TYPES,
  isFailure,
  PHASES,
  STAGES,
  STATE_COUNTERS,
  type CheckpointId,
  type CheckpointRecord,
  type RunRecord,
  type StateSnapshot,
} from "../formats/index.js";
import { readGitHead } from "../git-head/index.js";
import { isThere } from "../platform/index.js";
import { claimId, findManifestPath, MAX_SEQUENCE, publishCheckpoint, type Publication, type StoreWriter } from "../store/index.js";
import { sessionOfNewCheckpoint } from "./active-session.js";
import { assertTag } from "./annotate.js";
import type { LiveCapture } from "./capture.js";
import type { CreateRequest } from "./requests.js";

/** How many paths a record lists; the manifest has all. */
const LISTED_FILES = 100;
/** Ids of tasks, sessions and workflows: long enough for a sentence, short enough for a line. */
const MAX_OWNER_ID = 200;

interface RecordParts {
  request: CreateRequest;
  backupOf: CheckpointId | null;
  run: RunRecord | null;
  /** What else of the store has to be durable when the checkpoint is. */
  alongside?: Publication["alongside"];
}

/** Publishes a capture as a checkpoint; gives its record and what git had to say. */
export async function publishCapture(
  writer: StoreWriter,
  capture: LiveCapture,
  parts: RecordParts,
): Promise<{ record: CheckpointRecord; manifest: Publication["manifest"]; warnings: string[] }> {
  if (capture.open === null) throw new Error("a capture that stores nothing cannot be published");
  const { record, warnings } = makeRecord(writer, capture, parts);
  const manifest: Publication["manifest"] = {
    checkpoint: record,
    changeId: writer.store.changeId,
    scope: "tree",
    scanStartedNs: capture.scanStartedNs,
    ignoreRules: capture.ignoreRules,
    uncaptured: capture.uncaptured,
    entries: capture.entries,
  };
  const publication = { manifest, linked: capture.linked, alongside: parts.alongside ?? [] };
  return { record: await publishCheckpoint(writer, capture.open, publication), manifest, warnings };
}

/** Makes the record of a checkpoint about to be published and claims its id in the writer's index. */
export function makeRecord(
  writer: StoreWriter,
  capture: LiveCapture,
  parts: RecordParts,
): { record: CheckpointRecord; warnings: string[] } {
  const { store } = writer;
  const request = checkRequest(parts.request);
  const now = writer.now();
  if (writer.index.nextSequence > MAX_SEQUENCE) throw new StoreUnusableError(store.indexPath, "has given out its last sequence");
  const claimed = claimId(writer.index, {
    type: request.type,
    stepNumber: request.step ?? null,
    now,
    isTaken: (id) => isThere(store.snapshotPath(id)) || findManifestPath(store, id) !== undefined,
  });
  writer.index = { ...writer.index, claims: claimed.claims, nextSequence: claimed.nextSequence };
  const head = readGitHead(store.directory);
  const session = sessionOfNewCheckpoint(store, writer.index.checkpoints, now);
  const content = capture.entries.filter((entry) => entry.type !== "directory");
  const record: CheckpointRecord = {
    id: claimed.id,
    sequence: claimed.sequence,
    type: request.type,
    stepNumber: request.step ?? null,
    stepName: request.stepName ?? null,
    createdAt: now.toISOString(),
    files: content.slice(0, LISTED_FILES).map(({ path }) => path),
    fileCount: content.length,
    totalBytes: content.reduce((sum, entry) => sum + (entry.type === "file" ? entry.size : 0), 0),
    gitCommit: head.commit,
    gitBranch: head.branch,
    success: request.success ?? null,
    notes: request.notes ?? null,
    phase: request.phase ?? null,
    taskId: request.taskId ?? null,
    stage: request.stage ?? null,
    sessionId: request.sessionId ?? session.sessionId,
    workflowId: request.workflowId ?? null,
    state: request.state === undefined || request.state === null ? null : fillState(request.state),
    tags: [...(request.tags ?? [])],
    metadata: { ...request.metadata },
    isPinned: false,
    isComplete: !capture.uncaptured.some(isFailure),
    backupOf: parts.backupOf,
    rollbackUsed: false,
    rollbackCount: 0,
    run: parts.run,
    importedFrom: null,
    manifestSha256: null,
    unknownKeys: {},
  };
  return { record, warnings: [...session.warnings, ...(head.warning === null ? [] : [head.warning])] };
}

/** @throws InvalidArgumentError before anything is captured. */
export function checkRequest(request: CreateRequest): CreateRequest & { type: CheckpointRecord["type"] } {
  const { step } = request;
  if (step !== undefined && step !== null && (!Number.isInteger(step) || step < 0 || step > 999_999)) {
    throw new InvalidArgumentError("step", step, "a whole number from 0 to 999999");
  }
  const type = request.type ?? (step === undefined || step === null ? "manual" : "step");
  assertOneOf("type", type, CHECKPOINT_TYPES);
  if (request.phase !== undefined && request.phase !== null) assertOneOf("phase", request.phase, PHASES);
  if (request.stage !== undefined && request.stage !== null) assertOneOf("stage", request.stage, STAGES);
  for (const [name, id] of [
    ["task", request.taskId],
    ["session", request.sessionId],
    ["workflow", request.workflowId],
  ] as const) {
    if (id !== undefined && id !== null) assertOwnerId(name, id);
  }
  assertState(request.state ?? {});
  request.tags?.forEach(assertTag);
  for (const [key, value] of Object.entries(request.metadata ?? {})) {
    const given: unknown = value;
    if (key === "" || typeof given !== "string") throw new InvalidArgumentError("meta", { [key]: given }, "KEY=VALUE");
  }
  return { ...request, type, tags: [...new Set(request.tags ?? [])] };
}

/**
 * Checks the id of what a checkpoint belongs to: a task, a session, a workflow.
 * @throws InvalidArgumentError
 */
export function assertOwnerId(name: string, id: string): string {
  const given: unknown = id;
  if (typeof given !== "string" || given === "" || given.length > MAX_OWNER_ID || /\p{Cc}/u.test(given)) {
    throw new InvalidArgumentError(name, given, `a text of 1 to ${MAX_OWNER_ID} characters without control characters`);
  }
  return id;
}

function assertState(state: NonNullable<CreateRequest["state"]>): void {
  for (const [key, value] of Object.entries(state)) {
    assertOneOf("state", key, STATE_COUNTERS);
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError(`state ${key}`, value, "a whole number from 0 on");
  }
}

function fillState(given: NonNullable<CreateRequest["state"]>): StateSnapshot {
  const counters = STATE_COUNTERS.map((counter) => [counter, given[counter] ?? 0] as const);
  return Object.fromEntries(counters) as Record<(typeof STATE_COUNTERS)[number], number>;
}

function assertOneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw new InvalidArgumentError(name, value, `one of ${allowed.join(", ")}`);
}
