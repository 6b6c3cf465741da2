import { spawnSync } from "node:child_process";
import { expect } from "vitest";
import { BINARY } from "../end-to-end/command-line.js";
import { testWith } from "../support/requirements.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

/** Runs a command that is killed at its Nth rename or unlink; true when it was. */
function runKilledAt(change: TempChange, args: readonly string[], call: string, number: number): boolean {
  const inject = `inject=${call}:signal=SIGKILL:when=${number}`;
  const ran = spawnSync("strace", ["-f", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject, process.execPath, BINARY, ...args], {
    cwd: change.directory,
    env: { ...process.env, STEPBACK_DURABILITY: "none" },
  });
  return ran.signal === "SIGKILL" || ran.status !== 0;
}

async function statesOf({ checkpoints }: TempChange) {
  const { sessions, warnings } = await checkpoints.sessions.list();
  expect(warnings).toEqual([]);
  return sessions.map(({ state }) => state);
}

testWith(
  ["strace"],
  "start and end of a session, killed at each rename and unlink, leave the old state or the new one",
  async () => {
    for (const call of ["rename", "unlink"]) {
      for (let number = 1, isKilled = true; isKilled; number += 1) {
        const change = await tempChange({ "a.txt": "one" });
        isKilled = runKilledAt(change, ["session", "start", "--quiet"], call, number);
        const started = await statesOf(change).catch(() => []);
        expect([[], ["active"]]).toContainEqual(started);
        if (!isKilled) expect(started).toEqual(["active"]);
        if (started.length === 0) await change.checkpoints.sessions.start();
        runKilledAt(change, ["session", "end", "--quiet"], call, number);
        const ended = await statesOf(change);
        expect([["active"], ["ended"]]).toContainEqual(ended);
        // Whatever was left, the next session can be started and the store is whole.
        await change.checkpoints.sessions.start({ force: true });
        expect((await statesOf(change)).filter((state) => state === "active")).toHaveLength(1);
        expect(await change.checkpoints.verify()).toMatchObject({ isWhole: true, foreign: [] });
      }
    }
  },
  60_000,
);
