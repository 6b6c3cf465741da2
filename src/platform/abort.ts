import { InterruptedError } from "../errors/index.js";

/**
 * Ends the work when the caller's signal is aborted; a caller that knows which signal it was says so with the reason.
 * @throws InterruptedError
 */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason instanceof InterruptedError ? signal.reason : new InterruptedError();
}
