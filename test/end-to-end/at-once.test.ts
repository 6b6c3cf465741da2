import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, ftruncateSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { tempChange, type TempChange } from "../support/temp-change.js";
import { pictureBelow } from "../store/copied-store.js";
import { BINARY, runBinary } from "./command-line.js";

interface Ended {
  status: number | null;
  out: string;
  err: string;
}

function start(change: TempChange, args: readonly string[]): ChildProcess & { ended: Promise<Ended> } {
  const child = spawn(process.execPath, [BINARY, ...args], { cwd: change.directory, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const printed = { out: "", err: "" };
  child.stdout.on("data", (text) => (printed.out += String(text)));
  child.stderr.on("data", (text) => (printed.err += String(text)));
  const ended = once(child, "close").then(([status]) => ({ status: status as number | null, ...printed }));
  return Object.assign(child, { ended });
}

describe("commands at the same time", () => {
  test("with --wait each gets its turn, and every checkpoint its own id and place", async () => {
    const change = await tempChange({ "a.txt": "one", "sub/b.txt": "two" });
    const creating = Array.from({ length: 5 }, () => start(change, ["--wait", "1m", "--json", "create", "--step", "3"]));
    const ended = await Promise.all(creating.map((child) => child.ended));
    expect(ended.map(({ status, err }) => ({ status, err }))).toEqual(ended.map(() => ({ status: 0, err: "" })));
    const ids = ended.map(({ out }) => (JSON.parse(out) as { checkpoint_id: string }).checkpoint_id);
    expect(new Set(ids).size).toBe(5);
    const { checkpoints, warnings } = await change.checkpoints.list();
    expect({ ids: checkpoints.map(({ id }) => id as string).sort(), warnings }).toEqual({ ids: ids.sort(), warnings: [] });
    expect(new Set(checkpoints.map(({ sequence }) => sequence)).size).toBe(5);
    expect((await change.checkpoints.verify()).isWhole).toBe(true);
  });

  test("without --wait one wins and the others say who holds the lock; readers are never in the way", async () => {
    const change = await tempChange({ "a.txt": "one" });
    await change.checkpoints.create();
    const creating = Array.from({ length: 4 }, () => start(change, ["create"]));
    const reading = Array.from({ length: 2 }, () => start(change, ["list"]));
    const ended = await Promise.all(creating.map((child) => child.ended));
    const won = ended.filter(({ status }) => status === 0).length;
    expect(won).toBeGreaterThan(0);
    const refused = ended.filter(({ status, err }) => status === 11 && err.includes("is locked by")).length;
    expect(won + refused).toBe(ended.length);
    for (const child of reading) expect(await child.ended).toMatchObject({ status: 0, err: "" });
    expect((await change.checkpoints.list()).checkpoints).toHaveLength(1 + won);
  });
});

describe("a signal", () => {
  /** A change whose next checkpoint takes a while, because it has a large file; it takes no space. */
  async function slowChange(): Promise<TempChange> {
    const change = await tempChange({ "a.txt": "one" });
    await change.checkpoints.create();
    const large = openSync(join(change.directory, "large.img"), "w");
    ftruncateSync(large, 256 * 1024 * 1024);
    closeSync(large);
    return change;
  }

  /** The live names and the small file, and all of the store; the large file is too large to be shown. */
  function stateOf({ directory }: TempChange) {
    const live = [...readdirSync(directory), readFileSync(join(directory, "a.txt"), "utf8")];
    return { live, store: pictureBelow(join(directory, ".checkpoints")) };
  }

  async function untilWorkIsInFlight({ directory }: TempChange): Promise<void> {
    const isInFlight = (): boolean => readdirSync(join(directory, ".checkpoints")).some((name) => name.startsWith("tmp-"));
    while (!isInFlight()) await sleep(2);
  }

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends a create with %i and leaves no trace", async (signal, status) => {
    const change = await slowChange();
    const before = stateOf(change);
    const child = start(change, ["create"]);
    await untilWorkIsInFlight(change);
    child.kill(signal);
    const ended = await child.ended;
    expect(ended).toMatchObject({ status, out: "" });
    expect(ended.err).toMatch(/^stepback: interrupted\n {2}hint: /);
    expect(stateOf(change)).toEqual(before);
  });

  test("SIGINT ends a restore before its commit point, and nothing is changed", async () => {
    const change = await slowChange();
    change.edit({ "a.txt": "two" });
    const before = stateOf(change);
    const child = start(change, ["restore", "latest", "--yes"]);
    await untilWorkIsInFlight(change);
    child.kill("SIGINT");
    expect(await child.ended).toMatchObject({ status: 130, out: "" });
    expect(stateOf(change)).toEqual(before);
  });

  test("SIGKILL leaves what the next command clears away", async () => {
    const change = await slowChange();
    const { live } = stateOf(change);
    const child = start(change, ["create"]);
    await untilWorkIsInFlight(change);
    child.kill("SIGKILL");
    await child.ended;
    expect(existsSync(join(change.directory, ".checkpoints/lock"))).toBe(true);
    expect(runBinary(change.directory, ["list"]).status).toBe(0);
    expect(runBinary(change.directory, ["note", "latest", "still here"])).toMatchObject({ status: 0 });
    expect(readdirSync(join(change.directory, ".checkpoints")).filter((name) => /^(tmp-|lock)/.test(name))).toEqual([]);
    expect(stateOf(change).live).toEqual(live);
    expect((await change.checkpoints.list()).checkpoints).toHaveLength(1);
  });
});
