import { expect, test, vi } from "vitest";
import type { Progress } from "../../src/index.js";
import { spareMemory } from "../../src/cli/spare-memory.js";

const setFlagsFromString = vi.hoisted(() => vi.fn<(flags: string) => void>());
vi.mock("node:v8", () => ({ setFlagsFromString }));

const scanned = (doneEntries: number, totalEntries: number | null): Progress => ({
  activity: "scan",
  doneEntries,
  totalEntries,
  doneBytes: 0,
  totalBytes: null,
});

test("the heap is kept small from so many entries on, and that is said once", async () => {
  spareMemory(scanned(29_999, null));
  spareMemory(scanned(1, 29_999));
  await new Promise((resolve) => setImmediate(resolve));
  expect(setFlagsFromString).not.toHaveBeenCalled();
  spareMemory(scanned(1, 30_000));
  spareMemory(scanned(40_000, null));
  await vi.waitFor(() => expect(setFlagsFromString).toHaveBeenCalled());
  expect(setFlagsFromString.mock.calls).toEqual([["--heap-growing-percent=10"]]);
});
