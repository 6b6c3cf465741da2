import { statSync } from "node:fs";
import { DirectoryNotFoundError, EXIT, InvalidArgumentError, messageOf } from "../errors/index.js";
import type { CheckpointId, ProcessIdentity, RunRecord } from "../formats/index.js";
import { readMonotonicMs, readOwnIdentity } from "../platform/index.js";
import type { Annotation, CallOptions, Checkpoint, CreatedCheckpoint, CreateRequest } from "../checkpoint/index.js";
import type { RestoreResult } from "../restore/index.js";
import { holdSignals, runChild, type ChildEnd, type ChildOptions } from "./child.js";
import type { RunRequest, StepOutcome } from "./requests.js";

/** A command that ends sooner would only wait for what was begun. */
const PREPARE_AFTER_MS = 200;

/** What a step needs of the checkpoints; null runs the command without any. */
export interface StepEnvironment {
  now: () => Date;
  create(request: CreateRequest, run: RunRecord): Promise<CreatedCheckpoint>;
  annotate(id: CheckpointId, annotation: Annotation): Promise<Checkpoint>;
  /** Begins the next checkpoint; ends early when the signal is aborted. */
  prepareNext?(signal: AbortSignal): Promise<unknown>;
  restore(id: CheckpointId, options: CallOptions): Promise<RestoreResult>;
}

/** What a step of a workflow has besides its request. */
export interface StepExtras extends Pick<ChildOptions, "env" | "output"> {
  /** Looks at what the step made once all else went well; says what is wrong. */
  check?: () => Promise<string | null>;
}

/** @throws InvalidArgumentError, DirectoryNotFoundError before anything is done. */
export function checkRun(request: RunRequest): { cwd: string } {
  if (request.command[0] === undefined || request.command[0] === "")
    throw new InvalidArgumentError("command", request.command, "a program and its arguments");
  const cwd = request.cwd ?? process.cwd();
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) throw new DirectoryNotFoundError(cwd);
  return { cwd };
}

/**
 * Runs a command as a step: checkpoint, command, verify command, record, and the rollback that the caller decides on.
 *
 * The lock is not held while the command runs, so that it may use stepback itself. Once the command has run, trouble in
 * recording its end is a warning: the caller must get the command's own result.
 */
export async function runStep(request: RunRequest, environment: StepEnvironment | null, extras: StepExtras = {}): Promise<StepOutcome> {
  const { cwd } = checkRun(request);
  const run = makeRunRecord(request, environment?.now ?? (() => new Date()));
  const before = environment === null ? null : await environment.create({ ...request, type: request.type ?? "step" }, run);
  request.onStart?.(before);
  const stopPreparing = prepareMeanwhile(environment);
  let warnings: string[] = [];
  let ran: CommandsRun;
  try {
    ran = await runCommands(request, extras, cwd);
  } finally {
    warnings = await undisturbed(stopPreparing);
  }
  const { end, verified, status, problem } = ran;
  const outcome: StepOutcome = {
    before,
    success: status === 0 && problem === null,
    exitStatus: problem === null ? status : EXIT.fault,
    exitCode: end.exitCode,
    signal: end.signal,
    durationMs: ran.durationMs,
    verifyExitCode: verified?.exitStatus ?? null,
    problem,
    rollback: null,
    warnings: [...(before?.warnings ?? []), ...warnings],
  };
  if (end.startFailure !== null) outcome.warnings.push(`the command could not be started: ${end.startFailure}`);
  if (environment === null || before === null) return outcome;
  await undisturbed(() => recordEnd(environment, outcome, before, run));
  if (!outcome.success && (await decide(request, outcome)) === "rollback") {
    outcome.rollback = await undisturbed(() => environment.restore(before.id, pickCallOptions(request)));
  }
  return outcome;
}

interface CommandsRun {
  end: ChildEnd;
  verified: ChildEnd | null;
  status: number;
  problem: string | null;
  durationMs: number;
}

/** Runs the command, what verifies it and what looks at its work, each only after the one before went well. */
async function runCommands(request: RunRequest, { check, ...how }: StepExtras, cwd: string): Promise<CommandsRun> {
  const startedAt = readMonotonicMs();
  const end = await runChild(request.command, { ...how, cwd });
  const verified = await runVerify(request, end, { ...how, cwd });
  const status = end.exitStatus !== 0 ? end.exitStatus : (verified?.exitStatus ?? 0);
  const problem = status === 0 && check !== undefined ? await check() : null;
  return { end, verified, status, problem, durationMs: Math.round(readMonotonicMs() - startedAt) };
}

/**
 * Begins the next checkpoint while a command runs that takes longer than a moment. What comes back ends that, and gives warnings: the command's
 * own result is what the caller is after.
 */
function prepareMeanwhile(environment: StepEnvironment | null): () => Promise<string[]> {
  const controller = new AbortController();
  let preparation: Promise<string[]> = Promise.resolve([]);
  const timer = setTimeout(() => {
    preparation = tryToPrepare(environment, controller.signal);
  }, PREPARE_AFTER_MS);
  return () => {
    clearTimeout(timer);
    controller.abort();
    return preparation;
  };
}

async function tryToPrepare(environment: StepEnvironment | null, signal: AbortSignal): Promise<string[]> {
  try {
    await environment?.prepareNext?.(signal);
    return [];
  } catch (error) {
    return [`the next checkpoint could not be prepared: ${messageOf(error)}`];
  }
}

/** The step has ended; a late Ctrl-C must not keep its end from being recorded, nor its rollback from being finished. */
async function undisturbed<Result>(work: () => Promise<Result>): Promise<Result> {
  const release = holdSignals();
  try {
    return await work();
  } finally {
    release();
  }
}

function makeRunRecord(request: RunRequest, now: () => Date): RunRecord {
  return {
    status: "running",
    command: [...request.command],
    startedAt: now().toISOString(),
    runner: readOwnIdentity(),
    exitCode: null,
    signal: null,
    durationMs: null,
    verify: request.verify === undefined || request.verify === null ? null : { command: request.verify, exitCode: null },
  };
}

async function runVerify(request: RunRequest, end: ChildEnd, options: ChildOptions): Promise<ChildEnd | null> {
  if (request.verify === undefined || request.verify === null || end.exitStatus !== 0) return null;
  return runChild([request.verify], { ...options, isShellText: true });
}

async function recordEnd(environment: StepEnvironment, outcome: StepOutcome, before: Checkpoint, run: RunRecord): Promise<void> {
  const ended: RunRecord = {
    ...run,
    status: "finished",
    runner: nameOnly(run.runner),
    exitCode: outcome.exitCode,
    signal: outcome.signal,
    durationMs: outcome.durationMs,
    verify: run.verify === null ? null : { ...run.verify, exitCode: outcome.verifyExitCode },
  };
  try {
    outcome.before = await environment.annotate(before.id, { success: outcome.success, run: ended });
  } catch (error) {
    outcome.warnings.push(`the end of the step could not be recorded: ${messageOf(error)}`);
  }
}

/** What tells a living process from another with its number says nothing any more, and would be a fifth of the index of a long workflow. */
function nameOnly(runner: ProcessIdentity): ProcessIdentity {
  return { ...runner, startTime: null, bootId: null, pidNamespace: null };
}

async function decide(request: RunRequest, outcome: StepOutcome): Promise<"rollback" | "keep"> {
  const { onFailure = "keep" } = request;
  return typeof onFailure === "function" ? onFailure(outcome) : onFailure;
}

function pickCallOptions({ signal, onProgress }: CallOptions): CallOptions {
  return { ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) };
}
