/**
 * Node passes times as floating-point seconds and keeps microseconds of them, so a nanosecond time survives a
 * round trip only to within two microseconds.
 */
const TOLERANCE_NS = 2_000n;

/**
 * Turns nanoseconds since the epoch into what `utimes` takes.
 *
 * A numeric string, because Node reads a negative *number* as "now"; 0.4 µs are added (away from zero) so that truncation of the binary
 * fraction lands on the right microsecond.
 */
export function toTimestamp(timeNs: bigint): string {
  const microseconds = timeNs >= 0n ? timeNs / 1_000n : -((-timeNs + 999n) / 1_000n);
  if (microseconds < 0n) return String((Number(microseconds) - 0.4) / 1e6);
  const seconds = microseconds / 1_000_000n;
  return `${seconds}.${String(microseconds % 1_000_000n).padStart(6, "0")}4`;
}

/** Tells whether two times are the same as far as Node can set them. */
export function isSameTime(oneNs: bigint, otherNs: bigint): boolean {
  const difference = oneNs - otherNs;
  return difference < TOLERANCE_NS && difference > -TOLERANCE_NS;
}
