import { InterruptedError, StepbackError } from "../errors/index.js";
import { isFailure } from "../formats/index.js";
import { printablePath } from "../platform/index.js";
import { assertSafeDirectory, readIndex, readKnownDamage, type Store } from "../store/index.js";
import { captureDirectory } from "../checkpoint/index.js";
import { readStatus, type StatusRequest } from "./status.js";
import type { StatusReport, TestRun, ValidationReport } from "./reports.js";

export interface ValidationRequest extends StatusRequest {
  /** Runs the configured tests; null when there are none, or they are not wanted. */
  runTests: (() => Promise<TestRun>) | null;
  /** How many checkpoints there may be; null for any number. */
  mostCheckpoints: number | null;
  /** What was found on the way here. */
  warnings: readonly string[];
}

/** Says whether checkpoints can be made and restored, what changed, and whether the tests pass; writes nothing and takes no lock. */
export async function validateDirectory(store: Store, request: ValidationRequest): Promise<ValidationReport> {
  const errors: string[] = [];
  const warnings: string[] = [...request.warnings];
  const status = await orError(errors, async () => readStatus(store, request));
  if (status !== undefined) judgeStatus(status, request, { errors, warnings });
  await orError(errors, async () => warnings.push(...(await findUncaptured(store, request))));
  const damaged = readKnownDamage(store).size;
  if (damaged > 0) warnings.push(`${damaged} stored contents are known to be damaged: \`stepback repair\` heals what it can`);
  const tests = request.runTests === null ? null : await request.runTests();
  const testsPassing = tests === null ? null : tests.exitCode === 0;
  if (testsPassing === false) warnings.push(`the tests do not pass: \`${printablePath(tests?.command ?? "")}\``);
  const changes = status?.changes ?? null;
  const hasChanges = changes === null ? null : changes.added + changes.changed + changes.removed > 0;
  const facts = { isValid: errors.length === 0, errors, warnings, hasChanges, changes, testsPassing, tests };
  return { ...facts, statusText: describe(facts, status) };
}

function judgeStatus(
  status: Omit<StatusReport, "cleanable">,
  { mostCheckpoints }: ValidationRequest,
  { errors, warnings }: Pick<ValidationReport, "errors" | "warnings">,
): void {
  const { unfinishedRestore, session, checkpoints } = status;
  if (unfinishedRestore !== null) errors.push(`the restore of ${unfinishedRestore.target} is unfinished: run \`stepback repair\``);
  if (session !== null && session.state !== "active") warnings.push(`${session.sessionId} was left incomplete (${session.state})`);
  if (status.gitMismatch !== null) warnings.push(status.gitMismatch);
  if (mostCheckpoints !== null && checkpoints > mostCheckpoints) {
    warnings.push(`too many checkpoints: ${checkpoints}, and at most ${mostCheckpoints} are wanted; \`stepback clean\` removes old ones`);
  }
  warnings.push(...status.warnings);
}

/** A look as a checkpoint would take it; what refuses that is an error. */
async function findUncaptured(store: Store, { config, options }: ValidationRequest): Promise<string[]> {
  assertSafeDirectory(store.directory);
  const { index } = readIndex(store);
  const { uncaptured } = await captureDirectory({ store, config, records: index.checkpoints, writer: null, options });
  return uncaptured.filter(isFailure).map(({ path, reason, detail }) => `${printablePath(path)} cannot be captured: ${reason} (${detail})`);
}

async function orError<Result>(errors: string[], work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StepbackError) || error instanceof InterruptedError) throw error;
    if (!errors.includes(error.message)) errors.push(error.message);
    return undefined;
  }
}

function describe(facts: Omit<ValidationReport, "statusText">, status: Omit<StatusReport, "cleanable"> | undefined): string {
  const { isValid, errors, changes, testsPassing } = facts;
  const since = status?.latest === null || status === undefined ? null : status.latest.id;
  const sum = changes === null ? 0 : changes.added + changes.changed + changes.removed;
  return [
    isValid ? "valid" : `not valid: ${errors.length} error${errors.length === 1 ? "" : "s"}`,
    since === null ? "no checkpoints" : sum === 0 ? `no changes since ${since}` : `${sum} change${sum === 1 ? "" : "s"} since ${since}`,
    ...(testsPassing === null ? [] : [testsPassing ? "tests pass" : "tests fail"]),
  ].join(", ");
}
