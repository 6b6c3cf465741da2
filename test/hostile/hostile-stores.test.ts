import { expect } from "vitest";
import { requires } from "../support/requirements.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { COMMANDS, SESSION_COMMANDS, type HostileCommand } from "../support/hostile/commands.js";
import { HOSTILITIES } from "../support/hostile/hostilities.js";
import { SESSION_HOSTILITIES } from "../support/hostile/session-hostilities.js";
import { WORKFLOW_HOSTILITIES } from "../support/hostile/workflow-hostilities.js";
import { runHostileCases, type HostileCase } from "../support/hostile/run-hostile-cases.js";

const workerPath = useWorker(new URL("../support/hostile/worker.ts", import.meta.url));

/** Only a hang is cut off. */
const HANG_MS = 600_000;

/** Every third one, each with one command, and all that concern a restore in flight; test:deep has all meet all. */
const CASES: readonly HostileCase[] = HOSTILITIES.filter((hostility) => !WORKFLOW_HOSTILITIES.includes(hostility))
  .map((hostility, number) => ({
    hostility,
    command: COMMANDS[number % COMMANDS.length] as HostileCase["command"],
  }))
  .filter(({ hostility }, number) => number % 3 === 0 || hostility.template === "cut-off");

/** Those of workflows meet in turn the commands that look at one. */
const WORKFLOW_COMMANDS = COMMANDS.filter(({ name }) => /workflow|resume|clean/.test(name));
const WORKFLOW_CASES: readonly HostileCase[] = WORKFLOW_HOSTILITIES.map((hostility, number) => ({
  hostility,
  command: WORKFLOW_COMMANDS[number % WORKFLOW_COMMANDS.length] as HostileCase["command"],
}));

requires("root", "access-times").test(
  "no command touches anything outside, hangs, fails without a code or loses anything on a hostile store",
  async () => {
    const { harm, ran } = await runHostileCases([...CASES, ...WORKFLOW_CASES], { workerPath: workerPath() });
    expect(harm).toEqual([]);
    expect(ran).toBe(CASES.length + WORKFLOW_CASES.length);
  },
  HANG_MS,
);

/** Every one with two commands of sessions, and each third with one that makes a checkpoint in one. */
const SESSION_CASES: readonly HostileCase[] = SESSION_HOSTILITIES.flatMap((hostility, number) => {
  const ofSessions = [2 * number, 2 * number + 1].map((at) => SESSION_COMMANDS[at % SESSION_COMMANDS.length] as HostileCommand);
  const creating = COMMANDS.filter(({ name }) => name === "create" && number % 3 === 0);
  return [...ofSessions, ...creating].map((command) => ({ hostility, command }));
});

requires("root", "access-times").test(
  "no command of sessions does harm where sessions and the progress log are hostile",
  async () => {
    const { harm, ran } = await runHostileCases(SESSION_CASES, { workerPath: workerPath() });
    expect(harm).toEqual([]);
    expect(ran).toBe(SESSION_CASES.length);
  },
  HANG_MS,
);
