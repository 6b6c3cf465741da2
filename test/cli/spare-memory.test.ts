import { expect, test, vi } from "vitest";
import { spareMemory } from "../../src/cli/spare-memory.js";

const setFlagsFromString = vi.hoisted(() => vi.fn<(flags: string) => void>());
vi.mock("node:v8", () => ({ setFlagsFromString }));

test("the heap is kept small from so many entries on, and that is said once", async () => {
  spareMemory(29_999);
  await new Promise((resolve) => setImmediate(resolve));
  expect(setFlagsFromString).not.toHaveBeenCalled();
  spareMemory(30_000);
  spareMemory(40_000);
  await vi.waitFor(() => expect(setFlagsFromString).toHaveBeenCalled());
  expect(setFlagsFromString.mock.calls).toEqual([["--heap-growing-percent=10"]]);
});
