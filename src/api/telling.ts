import { StepbackError } from "../errors/index.js";
import type { CallOptions } from "../checkpoint/index.js";
import { emptyIndex } from "../formats/index.js";
import type { ValidationReport } from "../health/index.js";
import type { ActivityReport, CheckpointSummary, Period } from "../session/index.js";
import type { IndexState } from "../store/index.js";
import type { ValidateOptions } from "./checkpoints.js";
import type { StoreAccess } from "./store-access.js";

export async function validate(access: StoreAccess, options: ValidateOptions & CallOptions): Promise<ValidationReport> {
  const { runTestCommand, validateDirectory } = await import("./inspecting.js");
  const { testCommand } = access.config;
  const { mostCheckpoints } = await import("./tidying.js");
  const most = mostCheckpoints(access.config);
  const { findOpenWork } = await import("./find-open-work.js");
  const { session, workflow, warnings } = findOpenWork(access, readIfUsable(access));
  const testing = { cwd: access.store.directory, ...(options.signal ? { signal: options.signal } : {}), ...pickOutput(options) };
  const isTested = testCommand !== null && options.tests !== false;
  return validateDirectory(access.store, {
    config: access.config,
    now: access.now(),
    options,
    storeBytes: 0,
    session,
    workflow,
    mostCheckpoints: most === -1 ? null : most,
    warnings,
    runTests: isTested ? () => runTestCommand(testCommand, testing) : null,
  });
}

export async function report(access: StoreAccess, period: Period): Promise<ActivityReport & { warnings: string[] }> {
  const { listSessions, reportActivity } = await import("./working.js");
  const { index, warnings } = access.read();
  const { sessions, warnings: skipped } = listSessions(access.store);
  const material = { records: index.checkpoints, restores: index.restores, sessions };
  return { ...reportActivity(material, period), warnings: [...warnings, ...skipped] };
}

export async function summarize(access: StoreAccess): Promise<CheckpointSummary> {
  const { summarizeCheckpoints } = await import("./working.js");
  const { index, listing, form } = access.read();
  return summarizeCheckpoints(index.checkpoints.filter(({ id }) => form === "legacy" || listing.folders.has(id)));
}

/** An index that cannot be used is for the validation itself to name. */
function readIfUsable(access: StoreAccess): Pick<IndexState, "index"> {
  try {
    return access.read();
  } catch (error) {
    if (error instanceof StepbackError) return { index: emptyIndex(access.store.changeId) };
    throw error;
  }
}

function pickOutput({ onTestOutput }: ValidateOptions): { onOutput?: (text: string) => void } {
  return onTestOutput === undefined ? {} : { onOutput: onTestOutput };
}
