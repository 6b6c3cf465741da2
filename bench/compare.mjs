/** Compares contestants in turns, so that whatever else the machine does meanwhile meets all of them alike. */

/**
 * One of those that are compared. Its three counts say how often each thing is done with it: its usage measured, a run thrown away to
 * warm it up, its wall time measured.
 * @typedef {object} Contestant
 * @property {string} id
 * @property {number} usages
 * @property {number} warmUps
 * @property {number} walls
 * @property {() => Promise<void>} prepare puts everything in place before each run; not measured
 * @property {() => Promise<number>} measureWall
 * @property {() => Promise<import("./measure-process.mjs").Usage>} [measureUsage] needed where `usages` is not 0
 * @property {() => void} [check] after each run, not measured; throws when the run did not do what it should
 */

/**
 * What was measured of one contestant. Runs of the same number were made in one round, side by side.
 * @typedef {object} Samples
 * @property {string} id
 * @property {number[]} wallMs
 * @property {number[]} cpuMs
 * @property {number[]} peakBytes
 */

/**
 * Runs the contestants in turn, round after round: A, B, C, A, B, C … Those with a lower count sit the last rounds out.
 * @param {Contestant[]} contestants
 * @returns {Promise<Samples[]>} in the order of the contestants
 */
export async function compare(contestants) {
  const samples = contestants.map(({ id }) => ({ id, wallMs: [], cpuMs: [], peakBytes: [] }));
  const inTurn = async (count, measure) => {
    const rounds = Math.max(0, ...contestants.map((one) => one[count]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, contestant] of contestants.entries()) {
        if (round >= contestant[count]) continue;
        await contestant.prepare();
        await measure(contestant, samples[index]);
        contestant.check?.();
      }
    }
  };
  await inTurn("usages", async (contestant, sample) => {
    const { cpuMs, peakBytes } = await contestant.measureUsage();
    sample.cpuMs.push(cpuMs);
    sample.peakBytes.push(peakBytes);
  });
  await inTurn("warmUps", (contestant) => contestant.measureWall());
  await inTurn("walls", async (contestant, sample) => void sample.wallMs.push(await contestant.measureWall()));
  return samples;
}
