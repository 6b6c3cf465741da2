import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";
import { testWith } from "../support/requirements.js";
import { inZone, randomHistory, randomPolicy, resticOptions, ZONES } from "../support/restic/random-cases.js";
import { keptByRules, TWO_OF_A_DAY } from "../support/restic/kept-by-rules.js";
import { ResticRepository } from "../support/restic/repository.js";
import { tempFolder } from "../support/temp-change.js";

const BUDGET_MS = (Number(process.env["STEPBACK_DEEP_SECONDS"] ?? 300) * 1000) / 20;

/** With this set, restic's answers are written down instead, for test/retention/restic-answers.test.ts. */
const FREEZE = process.env["STEPBACK_FREEZE_RESTIC"] === "1";
const HISTORIES = 8;
const POLICIES_FROZEN = 16;

const seed = chooseSeed();

testWith(["restic"], "restic forget chooses the same ones, in every zone, across changes of the clocks", () => {
  const random = new SeededRandom(seed);
  const folder = join(tempFolder(), "restic");
  mkdirSync(folder);
  const repository = new ResticRepository(folder);
  repository.setHistories([TWO_OF_A_DAY]);
  const keepsOldest = repository.forget("UTC", ["--keep-daily", "2"]).get(0)?.size === 2;
  const deadline = FREEZE ? 0 : Date.now() + BUDGET_MS;
  const frozen: unknown[] = [];
  let pairs = 0;
  for (let round = 0; round === 0 || Date.now() < deadline; round += 1) {
    for (const [zone, changes] of Object.entries(ZONES)) {
      const histories = Array.from({ length: HISTORIES }, () => randomHistory(random, changes, 25));
      inZone(zone, () => repository.setHistories(histories));
      const policies = Array.from({ length: FREEZE ? POLICIES_FROZEN : 3 }, () => randomPolicy(random));
      const answers = policies.map((policy) => {
        const kept = repository.forget(zone, resticOptions(policy));
        return histories.map((history, number) => history.map(({ at }) => kept.get(number)?.has(at) ?? false));
      });
      pairs += policies.length * histories.length;
      frozen.push({ zone, histories, policies, answers: answers.map((each) => each.map((bits) => bits.map(Number).join(""))) });
      for (const [index, policy] of policies.entries()) {
        for (const [number, history] of histories.entries()) {
          const expected = history.filter((_, place) => answers[index]?.[number]?.[place] === true).map(({ at }) => at);
          const ours = inZone(zone, () => keptByRules(history, policy, keepsOldest));
          expect(ours, `STEPBACK_CRASH_SEED=${seed} ${zone} ${JSON.stringify({ policy, history })}`).toEqual(expected);
        }
      }
    }
  }
  process.stderr.write(`restic: ${pairs} histories with policies; STEPBACK_CRASH_SEED=${seed}\n`);
  if (FREEZE)
    writeFileSync(new URL("../support/restic/answers.json", import.meta.url), `${JSON.stringify({ keepsOldest, zones: frozen })}\n`);
});
