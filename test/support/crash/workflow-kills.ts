import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { openCheckpoints } from "../../../src/index.js";
import { tempChange, tempFolder } from "../temp-change.js";
import { pictureOf } from "../picture.js";
import type { KillPoint } from "./job.js";
import { CALLS, isChange, isFlush } from "./kill-points.js";
import { runCases, type CaseRun, type SweepResult } from "./run-cases.js";
import { runKilled, runToAnyEnd, type Outcome } from "./run-worker.js";

/** Calls by which children are made and waited for: the moments around a command. */
const AROUND_CHILDREN = ["clone", "clone3", "vfork", "wait4"];

/**
 * Every effect shows how often it came about: lines that are appended, a file that is removed, one that is moved. One step needs a second
 * attempt, one is checked by its artifacts.
 */
const WORKFLOW = `id: appending
steps:
  - name: First
    run: echo first >> log.txt; mkdir -p made; echo 1 > made/one.txt
    artifacts: ["made/*.txt"]
  - name: Twice
    retries: 1
    run: echo twice >> log.txt; rm -f removed.txt; test -e ../tried || { touch ../tried; exit 1; }
  - name: Third
    run: [sh, -c, "echo third >> log.txt; mv moved.txt made/moved.txt"]
    verify: test -e made/moved.txt
  - name: Last
    run: echo last >> log.txt
`;

/** What the directory holds when each step took effect once. */
const DONE = {
  "log.txt": "first\ntwice\nthird\nlast\n",
  "made/one.txt": "1\n",
  "made/moved.txt": "to be moved",
  "stepback.workflow.yaml": WORKFLOW,
};

async function layOutWorkflow() {
  return tempChange({ "stepback.workflow.yaml": WORKFLOW, "removed.txt": "to be removed", "moved.txt": "to be moved" });
}

/** Finds every call of a run's main thread by which it changes files or starts a command. */
export async function workflowKillPoints(workerPath: string): Promise<KillPoint[]> {
  const change = await layOutWorkflow();
  const path = join(tempFolder(), "calls");
  const names = [...CALLS, ...AROUND_CHILDREN].map((call) => `?${call}`).join(",");
  const tracer = ["strace", "-y", "-qq", "-s", "400", "-o", path, "-e", `trace=${names}`];
  const { status, stderr } = await runToAnyEnd({ workerPath }, { operation: "workflow", directory: change.directory }, tracer);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(change.files()).toEqual(DONE);
  const counts = new Map<string, number>();
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line): KillPoint[] => {
      const [, call = "", args = ""] = /^(\w+)\((.*)$/.exec(line) ?? [];
      if (call === "") return [];
      const occurrence = (counts.get(call) ?? 0) + 1;
      counts.set(call, occurrence);
      const point = { call, occurrence, detail: `${call}(${args}` };
      return (AROUND_CHILDREN.includes(call) || isChange(call, args)) && !isFlush(point) ? [point] : [];
    });
}

/**
 * Kills a run at each point, some of them a second time in the resume, resumes, and holds what came of it against the promise.
 * @throws Error that tells of the first failures
 */
export async function sweepWorkflowKills(
  request: { workerPath: string; cases: Iterable<readonly KillPoint[]> } & CaseRun,
): Promise<SweepResult> {
  const describe = (points: readonly KillPoint[]): string =>
    points.map(({ call, occurrence, detail }) => `killed at ${call} ${occurrence}: ${detail}`).join("\nthen ");
  return runCases(request.cases, { ...request, run: (points) => killAndResume(request.workerPath, points), describe });
}

async function killAndResume(workerPath: string, points: readonly KillPoint[]): Promise<Outcome> {
  const change = await layOutWorkflow();
  let outcome: Outcome = "finished";
  for (const point of points) {
    outcome = await runKilled({ workerPath }, { operation: "workflow", directory: change.directory }, point);
  }
  const checkpoints = await openCheckpoints(change.directory, { config: { durability: "none" }, lockWaitMs: 30_000 });
  // Killed before there was a record, a run is begun and not resumed.
  const { status } = await checkpoints.workflow.run({ waitMs: 30_000, onFailure: "rollback" });
  expect(status).toBe("finished");
  expect(change.files()).toEqual(DONE);
  expect((await checkpoints.workflow.status()).steps.map((step) => step.status)).toEqual(Array(4).fill("completed"));
  const { checkpoints: listed } = await checkpoints.list({ workflowId: "appending" });
  expect(listed.map(({ runState }) => runState).filter((state) => state === "running")).toEqual([]);
  expect((await checkpoints.verify()).isWhole).toBe(true);
  const finished = pictureOf(change.directory);
  expect(await checkpoints.workflow.run()).toMatchObject({ status: "finished", wasFinished: true });
  expect(pictureOf(change.directory)).toEqual(finished);
  return outcome;
}
