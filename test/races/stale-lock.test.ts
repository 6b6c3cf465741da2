import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { uptime } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { BINARY, runBinary } from "../end-to-end/command-line.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { breakLocks } from "../support/races/break-locks.js";
import { testWith } from "../support/requirements.js";
import { tempChange } from "../support/temp-change.js";

const breakerPath = useWorker(new URL("../support/races/breaker.ts", import.meta.url));

test.each([
  { breakers: 2, rounds: 60 },
  { breakers: 10, rounds: 5 },
])("of $breakers breakers of one stale lock exactly one wins, each time", async (crowd) => {
  expect(await breakLocks(breakerPath(), crowd)).toEqual({ rounds: crowd.rounds, wrong: [] });
});

testWith(["pid-namespace"], "the lock of a killed process is broken although another process has its number by now", async () => {
  const change = await tempChange({ "a.txt": "one" });
  mkdirSync(change.checkpoints.storePath);
  // A process is killed while it holds the lock; then the kernel gives its number to somebody else.
  const script = `set -e
    node=$1 breaker=$2 binary=$3 directory=$4
    mkfifo "$directory/../words"
    exec 3<>"$directory/../words"
    echo try >&3
    "$node" "$breaker" "$directory/.checkpoints/lock" <&3 >/dev/null & victim=$!
    until test -e "$directory/.checkpoints/lock"; do kill -0 $victim; done
    kill -KILL $victim
    wait $victim || true
    echo $((victim - 1)) >/proc/sys/kernel/ns_last_pid
    sleep 600 & heir=$!
    test "$heir" = "$victim"
    "$node" "$binary" --dir "$directory" create`;
  const shell = ["sh", "-c", script, "sh", process.execPath, breakerPath(), BINARY, change.directory];
  const { status, stderr } = spawnSync("unshare", ["--pid", "--fork", "--kill-child", "--mount-proc", ...shell], { encoding: "utf8" });
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect((await change.checkpoints.list()).checkpoints).toHaveLength(1);
});

testWith(["time-namespace"], "a lock that a power cut tore right before a fast restart holds nobody up", async () => {
  const change = await tempChange({ "a.txt": "one" });
  const store = join(change.directory, ".checkpoints");
  mkdirSync(store);
  writeFileSync(join(store, "lock"), "");
  expect(runBinary(change.directory, ["create"]).status).toBe(11);
  // A machine that is up since the next full second.
  const bootedAt = Math.floor(uptime()) + 1;
  while (uptime() < bootedAt) await sleep(10);
  const args = ["--time", "--boottime", String(-bootedAt), process.execPath, BINARY, "create"];
  const { status, stderr } = spawnSync("unshare", args, { cwd: change.directory, encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(existsSync(join(store, "lock"))).toBe(false);
});
