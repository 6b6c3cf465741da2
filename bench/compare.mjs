/** Compares commands in turns, so that whatever else the machine does meanwhile meets all of them alike. */
import { measureCpu, measurePeak, measureWall } from "./measure-process.mjs";

/**
 * One of the commands that are compared.
 * @typedef {object} Contestant
 * @property {string} name
 * @property {import("./measure-process.mjs").Command} command
 * @property {() => Promise<void>} prepare puts everything in place before each run; not measured
 */

/**
 * What was measured of one contestant, run by run. `floor…` are the runs of the floor, each just before the run of the same number.
 * @typedef {object} Samples
 * @property {string} name
 * @property {number[]} wallMs
 * @property {number[]} floorWallMs
 * @property {number[]} cpuMs
 * @property {number[]} floorCpuMs
 * @property {number[]} peakBytes
 */

/**
 * Runs the contestants in turn, round after round; with a floor it runs before each of them: floor, A, floor, B, floor, A …
 * @param {Contestant[]} contestants
 * @param {{ warmUps: number, walls: number, cpus: number, peaks: number }} rounds
 * @param {import("./measure-process.mjs").Command} [floor] the least that any of them could take
 * @returns {Promise<Samples[]>} in the order of the contestants
 */
export async function compare(contestants, rounds, floor) {
  const samples = contestants.map(({ name }) => ({ name, wallMs: [], floorWallMs: [], cpuMs: [], floorCpuMs: [], peakBytes: [] }));
  const inTurn = async (count, measure) => {
    for (let round = 0; round < count; round += 1) {
      for (const [index, contestant] of contestants.entries()) {
        await contestant.prepare();
        await measure(contestant.command, samples[index]);
      }
    }
  };
  const measureBoth = (measure, key, floorKey) => async (command, sample) => {
    if (floor !== undefined) sample[floorKey].push(await measure(floor));
    sample[key].push(await measure(command));
  };
  await inTurn(rounds.warmUps, (command) => measureWall(command));
  await inTurn(rounds.walls, measureBoth(measureWall, "wallMs", "floorWallMs"));
  await inTurn(rounds.cpus, measureBoth(measureCpu, "cpuMs", "floorCpuMs"));
  await inTurn(rounds.peaks, async (command, sample) => void sample.peakBytes.push(await measurePeak(command)));
  return samples;
}

/** @param {number[]} values at least one */
export function median(values) {
  return quantile(values, 0.5);
}

/** The value below which a share of the values lies, between two of them by interpolation. */
export function quantile(values, share) {
  const sorted = values.toSorted((one, other) => one - other);
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place - Math.floor(place));
}

/** How many times as much each run took as the run of the same number beside it. */
export function ratiosOf(values, others) {
  return values.map((value, index) => value / others[index]);
}
