import { InvalidArgumentError, messageOf, StepbackError } from "../errors/index.js";
import type { CreatedCheckpoint } from "../checkpoint/index.js";
import type { WatchRequest, WatchResult } from "../session/index.js";
import { maySessionBeActive } from "../store/index.js";
import type { StepOutcome } from "../workflow/index.js";
import { RECORD_WAIT_MS, type StoreAccess } from "./store-access.js";

/** A timer cannot be set for longer. */
const MOST_MS = 2 ** 31 - 1;
const MS_PER_MINUTE = 60_000;
/** What a command exits with that took the signal itself. */
const INTERRUPTED_STATUSES: ReadonlySet<number> = new Set([130, 143]);

/** @throws InvalidArgumentError for an interval that is none, or when the configuration wants no checkpoints at intervals and the caller names none. */
export async function watch(access: StoreAccess, request: WatchRequest): Promise<WatchResult> {
  const { watchDirectory } = await import("./working.js");
  const { autoCheckpoint, checkpointOn, intervalMinutes } = access.config;
  if (request.intervalMs === undefined && !(autoCheckpoint && checkpointOn.includes("interval"))) {
    throw new InvalidArgumentError("interval", null, "given, because the configuration wants no checkpoints at intervals");
  }
  const intervalMs = request.intervalMs ?? intervalMinutes * MS_PER_MINUTE;
  if (!(intervalMs >= 100 && intervalMs <= MOST_MS))
    throw new InvalidArgumentError("interval", intervalMs, "from a tenth of a second to 24 days");
  const environment = {
    hasChanged: () => hasChanged(access),
    prepareNext: (signal: AbortSignal) => tryToPrepare(access, signal),
    checkpoint: (isChanged: boolean, isLast: boolean) => take(access, { isChanged, isLast, waitMs: Math.min(intervalMs, RECORD_WAIT_MS) }),
  };
  return watchDirectory(environment, { ...request, intervalMs });
}

/** A checkpoint that was not begun only takes longer. */
async function tryToPrepare(access: StoreAccess, signal: AbortSignal): Promise<void> {
  try {
    if (access.hasStore()) await access.prepareNext(signal);
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
  }
}

/** After a run that a signal ended in a session: a checkpoint of how the files were left. What was rolled back is in the backup. */
export async function noteInterruption(access: StoreAccess, outcome: StepOutcome): Promise<StepOutcome> {
  const { success, signal, exitStatus, rollback } = outcome;
  const isInterrupted = signal === "SIGINT" || signal === "SIGTERM" || INTERRUPTED_STATUSES.has(exitStatus);
  if (success || !isInterrupted || rollback !== null || !maySessionBeActive(access.store)) return outcome;
  try {
    const { autoCheckpoint } = access.config;
    const isChanged = autoCheckpoint && (await hasChanged(access));
    await take(access, { isChanged, isLast: true, waitMs: RECORD_WAIT_MS });
    return outcome;
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
    return { ...outcome, warnings: [...outcome.warnings, `no checkpoint of the interruption: ${messageOf(error)}`] };
  }
}

/** Compares with the latest checkpoint, as `status` does: an unchanged file costs one look, and no lock is taken. */
async function hasChanged(access: StoreAccess): Promise<boolean> {
  if (!access.hasStore()) return true;
  const { previewRestore } = await import("./inspecting.js");
  const state = access.read();
  const present = state.index.checkpoints.filter(({ id }) => state.form === "legacy" || state.listing.folders.has(id));
  const latest = present.findLast(({ type }) => type !== "backup");
  if (latest === undefined) return true;
  try {
    const { counts } = await previewRestore(access.store, state, latest.id, { config: access.config, options: {} });
    return counts.created + counts.replaced + counts.removed + counts.retouched > 0;
  } catch (error) {
    // What cannot be compared is for the checkpoint itself to meet, and to name.
    if (error instanceof StepbackError) return true;
    throw error;
  }
}

/** Under one lock: the checkpoint, and in a session the event that the work was interrupted. */
async function take(
  access: StoreAccess,
  { isChanged, isLast, waitMs }: { isChanged: boolean; isLast: boolean; waitMs: number },
): Promise<CreatedCheckpoint | null> {
  if (!isChanged && !maySessionBeActive(access.store)) return null;
  const { recordInterruption } = await import("./working.js");
  return access.write("watch", { lockWaitMs: waitMs }, async (writer) => {
    const request = { type: "auto", notes: isLast ? "when the work was interrupted" : null } as const;
    const created = isChanged ? await access.createUnderLock(writer, request, {}) : null;
    if (isLast) recordInterruption(writer, created === null ? {} : { checkpointId: created.id });
    return created;
  });
}
