/** What is made of many runs: their middle, their spread, and how they compare run by run. */

/** @param {number[]} values at least one @returns {number} */
export function median(values) {
  return quantile(values, 0.5);
}

/**
 * The value below which a share of the values lies, between two of them by interpolation.
 * @param {number[]} values
 * @param {number} share
 * @returns {number}
 */
export function quantile(values, share) {
  const sorted = values.toSorted((one, other) => one - other);
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place - Math.floor(place));
}

/**
 * How many times as much each run took as the run of the same round beside it. Rounds that only one of the two took part in say nothing.
 * @param {number[]} values
 * @param {number[]} others
 * @returns {number[]}
 */
export function ratiosOf(values, others) {
  return values.slice(0, others.length).map((value, round) => value / others[round]);
}
