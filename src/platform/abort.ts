import { InterruptedError } from "../errors/index.js";

/**
 * Ends the work when the caller's signal is aborted; a caller that knows which signal it was says so with the reason.
 * @throws InterruptedError
 */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal);
}

/**
 * Waits for work that others do, but no longer than until the caller's signal is aborted; what becomes of the work after that is
 * nobody's concern.
 * @throws InterruptedError
 */
export async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  work.catch(() => undefined);
  throwIfAborted(signal);
  if (signal === undefined) return work;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(reasonOf(signal));
  });
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function reasonOf({ reason }: AbortSignal): InterruptedError {
  return reason instanceof InterruptedError ? reason : new InterruptedError();
}
