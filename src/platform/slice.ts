import { throwIfAborted } from "./abort.js";
import { readMonotonicMs } from "./clock.js";

const MAX_HOLD_MS = 25;
const CHECK_EVERY = 16;

/**
 * Cuts a long run of synchronous calls into slices, so that the event loop is never held for more than about 50 ms.
 * Use: `if (slice.isOver()) await slice.rest();` between two files.
 */
export class Slice {
  #startedAt = readMonotonicMs();
  #calls = 0;
  readonly #signal: AbortSignal | undefined;

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** Cheap enough to ask after every file; a large file can ask for a look at the clock at once. */
  isOver(lookNow = false): boolean {
    this.#calls += 1;
    if (!lookNow && this.#calls % CHECK_EVERY !== 0) return false;
    return readMonotonicMs() - this.#startedAt > MAX_HOLD_MS;
  }

  /** @throws InterruptedError when the caller's signal was aborted meanwhile. */
  async rest(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.assertGoingOn();
    this.#startedAt = readMonotonicMs();
  }

  /** @throws InterruptedError when the caller's signal is aborted. */
  assertGoingOn(): void {
    throwIfAborted(this.#signal);
  }
}
