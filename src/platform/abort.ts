import { InterruptedError } from "../errors/index.js";

/**
 * Ends the work when the caller's signal is aborted; a caller that knows which signal it was says so with the reason.
 * @throws InterruptedError
 */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason instanceof InterruptedError ? signal.reason : new InterruptedError();
}

/**
 * Waits for work that others do, but no longer than until the caller's signal is aborted.
 * @throws InterruptedError
 */
export async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  throwIfAborted(signal);
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => {
      try {
        throwIfAborted(signal);
      } catch (error) {
        reject(error);
      }
    };
    signal?.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop !== undefined) signal?.removeEventListener("abort", stop);
  }
}
