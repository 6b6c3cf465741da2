/**
 * Milliseconds by a clock that only goes forward, from no point in particular.
 *
 * Not `performance.now()`, whose module Node loads when it is first asked: 1 ms of every start.
 */
export function readMonotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1_000_000;
}
