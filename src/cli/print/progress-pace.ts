import type { Progress } from "../../index.js";

/** How fast it goes; null while that cannot be told. */
export interface Pace {
  entriesPerSecond: number | null;
  bytesPerSecond: number | null;
  secondsLeft: number | null;
}

/** Over a shorter time a rate says little. */
const MEASURED_FROM_SECONDS = 0.5;
const UNKNOWN: Pace = { entriesPerSecond: null, bytesPerSecond: null, secondsLeft: null };

/** Measures the pace of what is being done, from the first report of each activity on. */
export class PaceMeter {
  #first: (Progress & { atMs: number }) | null = null;

  measure(progress: Progress, nowMs: number): Pace {
    const first = this.#first;
    if (first === null || first.activity !== progress.activity || first.doneEntries > progress.doneEntries) {
      this.#first = { ...progress, atMs: nowMs };
      return UNKNOWN;
    }
    const seconds = (nowMs - first.atMs) / 1000;
    if (seconds < MEASURED_FROM_SECONDS) return UNKNOWN;
    const entriesPerSecond = (progress.doneEntries - first.doneEntries) / seconds;
    const bytesPerSecond = (progress.doneBytes - first.doneBytes) / seconds;
    const left = [
      secondsFor(progress.totalEntries, progress.doneEntries, entriesPerSecond),
      secondsFor(progress.totalBytes, progress.doneBytes, bytesPerSecond),
    ].filter((one) => one !== null);
    return {
      entriesPerSecond: Math.round(entriesPerSecond),
      bytesPerSecond: progress.doneBytes > 0 ? Math.round(bytesPerSecond) : null,
      // Many small files go by their number, few large ones by their bytes: the slower of the two is still to come.
      secondsLeft: left.length === 0 ? null : Math.ceil(Math.max(...left)),
    };
  }
}

function secondsFor(total: number | null, done: number, perSecond: number): number | null {
  if (total === null || total === 0 || perSecond <= 0) return null;
  return Math.max(total - done, 0) / perSecond;
}
