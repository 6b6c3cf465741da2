import { LockedError, NoSpaceError } from "../errors/index.js";
import type { Checkpoint, CreatedCheckpoint } from "../checkpoint/index.js";

export interface WatchRequest {
  /** The time between two looks; the configuration's by default. */
  intervalMs?: number;
  /** Ends the watching; the last look comes then. */
  signal: AbortSignal;
  /** Told of each look. */
  onLook?: (look: WatchLook) => void;
}

/** What came of a look at the directory. */
export type WatchLook =
  | { kind: "checkpoint"; checkpoint: CreatedCheckpoint }
  | { kind: "unchanged" }
  /** Another writer, or a full disk, was in the way; the next look tries again. */
  | { kind: "skipped"; problem: string };

export interface WatchResult {
  looks: number;
  checkpoints: Checkpoint[];
  skipped: number;
}

/** What watching needs of the checkpoints. */
export interface WatchEnvironment {
  /** Whether anything is not as in the latest checkpoint; without the lock. */
  hasChanged(): Promise<boolean>;
  /** Takes a checkpoint, which is null for none; `isLast` when the watching was ended. */
  checkpoint(isChanged: boolean, isLast: boolean): Promise<CreatedCheckpoint | null>;
  /** Begins the next checkpoint, as far as that can be done until the signal comes; without the lock. */
  prepareNext(signal: AbortSignal): Promise<unknown>;
}

/**
 * Takes a checkpoint at intervals, whenever something changed, until the signal comes; then a last one.
 *
 * No lock is held and nothing is open in between; the next checkpoint is begun, so that it is there sooner when it is due. A checkpoint that is being taken when the signal comes is finished.
 */
export async function watchDirectory(environment: WatchEnvironment, request: WatchRequest & { intervalMs: number }): Promise<WatchResult> {
  const { intervalMs, signal, onLook } = request;
  const result: WatchResult = { looks: 0, checkpoints: [], skipped: 0 };
  for (let isLast = false; ; isLast = signal.aborted) {
    const look = await lookOnce(environment, isLast);
    result.looks += 1;
    if (look.kind === "checkpoint") result.checkpoints.push(look.checkpoint);
    if (look.kind === "skipped") result.skipped += 1;
    onLook?.(look);
    if (isLast) return result;
    if (look.kind === "checkpoint" || result.looks === 1) await environment.prepareNext(signal);
    await pause(intervalMs, signal);
  }
}

async function lookOnce(environment: WatchEnvironment, isLast: boolean): Promise<WatchLook> {
  try {
    const isChanged = await environment.hasChanged();
    const checkpoint = isChanged || isLast ? await environment.checkpoint(isChanged, isLast) : null;
    return checkpoint === null ? { kind: "unchanged" } : { kind: "checkpoint", checkpoint };
  } catch (error) {
    if (!(error instanceof LockedError || error instanceof NoSpaceError)) throw error;
    return { kind: "skipped", problem: error.message };
  }
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, durationMs);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
