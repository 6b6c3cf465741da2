import { requires } from "../support/requirements.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import type { KillPoint } from "../support/crash/job.js";
import { chooseSeed, SeededRandom } from "../support/crash/seeded-random.js";
import { sweepWorkflowKills, workflowKillPoints } from "../support/crash/workflow-kills.js";

/** A share of the whole time: the other sweeps need theirs. */
const BUDGET_SECONDS = Number(process.env["STEPBACK_DEEP_SECONDS"] ?? 300) * 0.15;

const workerPath = useWorker();

requires("strace").test("a workflow killed at whichever call is completed with each step's effects exactly once", async () => {
  const deadline = Date.now() + BUDGET_SECONDS * 1000;
  const seed = chooseSeed();
  const random = new SeededRandom(seed);
  const points = await workflowKillPoints(workerPath());
  const { killed, finished } = await sweepWorkflowKills({ workerPath: workerPath(), cases: chooseCases(points, random), seed, deadline });
  process.stderr.write(
    `${killed + finished} workflows, ${killed} of them killed, at ${points.length} different calls; STEPBACK_CRASH_SEED=${seed}\n`,
  );
});

/** Every call once, then again and again, each time with a resume that is killed in its turn. */
function* chooseCases(points: readonly KillPoint[], random: SeededRandom): Generator<KillPoint[]> {
  for (const point of random.shuffle(points)) yield [point];
  for (;;) for (const point of random.shuffle(points)) yield [point, random.pick(points as [KillPoint, ...KillPoint[]])];
}
