import { beforeEach, expect, onTestFinished, test, vi } from "vitest";

const setFlagsFromString = vi.hoisted(() => vi.fn<(flags: string) => void>());
vi.mock("node:v8", () => ({ setFlagsFromString }));

beforeEach(() => {
  vi.resetModules();
  setFlagsFromString.mockClear();
});

async function load(getBuiltinModule: (() => object) | undefined): Promise<(entryCount: number) => void> {
  vi.stubGlobal("process", Object.create(process, { getBuiltinModule: { value: getBuiltinModule } }));
  onTestFinished(() => void vi.unstubAllGlobals());
  const { spareMemory } = await import("../../src/cli/spare-memory.js");
  return spareMemory;
}

test("the heap is kept small from so many entries on, at once, and that is said once", async () => {
  const spareMemory = await load(() => ({ setFlagsFromString }));
  spareMemory(29_999);
  expect(setFlagsFromString).not.toHaveBeenCalled();
  spareMemory(30_000);
  expect(setFlagsFromString.mock.calls).toEqual([["--heap-growing-percent=10"]]);
  spareMemory(40_000);
  expect(setFlagsFromString).toHaveBeenCalledTimes(1);
});

test("where Node does not give its modules at once, as before version 20.16, it is done a little later", async () => {
  const spareMemory = await load(undefined);
  spareMemory(30_000);
  spareMemory(40_000);
  await vi.waitFor(() => expect(setFlagsFromString).toHaveBeenCalled());
  expect(setFlagsFromString.mock.calls).toEqual([["--heap-growing-percent=10"]]);
});
