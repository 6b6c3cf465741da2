import { expect, test } from "vitest";
import { PaceMeter, type Pace } from "../../../src/cli/print/progress-pace.js";
import { progressText } from "../../../src/cli/print/progress-text.js";
import type { Progress } from "../../../src/index.js";

const progress: Progress = { activity: "capture", doneEntries: 500, totalEntries: 2000, doneBytes: 0, totalBytes: null };
const unknown: Pace = { entriesPerSecond: null, bytesPerSecond: null, secondsLeft: null };

test("progress is a bar where the total is known, a count where it is not", () => {
  expect(progressText(progress, unknown, 100)).toBe("Storing files [======------------------] 25% | 500 of 2000");
  expect(progressText({ ...progress, activity: "scan", totalEntries: null }, unknown, 100)).toBe("Looking at files: 500");
  expect(progressText({ ...progress, activity: "flush", doneEntries: 0, totalEntries: null }, unknown, 100)).toBe("Making it durable …");
});

test("progress tells bytes, rate and the time that is left, and gives up the bar before a word of it", () => {
  const known = { ...progress, doneBytes: 9_000_000, totalBytes: 10_000_000 };
  const pace = { entriesPerSecond: 100, bytesPerSecond: 3_000_000, secondsLeft: 3725 };
  const facts = "90% | 500 of 2000 | 9 MB of 10 MB | 3 MB/s | 1:02:05 left";
  expect(progressText(known, pace, 120)).toBe(`Storing files [${"=".repeat(22)}--] ${facts}`);
  expect(progressText(known, pace, 81)).toBe(`Storing files [=====-] ${facts}`);
  expect(progressText(known, pace, 80)).toBe(`Storing files ${facts}`);
  expect(progressText(known, pace, 20)).toHaveLength(19);
  expect(progressText(known, { ...pace, secondsLeft: 7 }, 120)).toContain("| 0:07 left");
});

test("the pace is measured from the first report of each activity, and is the slower one of files and bytes", () => {
  const meter = new PaceMeter();
  const at = (doneEntries: number, doneBytes: number): Progress => ({ ...progress, doneEntries, doneBytes, totalBytes: 1000 });
  expect(meter.measure(at(1000, 100), 10_000)).toEqual(unknown);
  expect(meter.measure(at(1100, 110), 10_400)).toEqual(unknown);
  expect(meter.measure(at(1100, 120), 11_000)).toEqual({ entriesPerSecond: 100, bytesPerSecond: 20, secondsLeft: 44 });
  expect(meter.measure(at(1100, 600), 11_000)).toMatchObject({ bytesPerSecond: 500, secondsLeft: 9 });
  expect(meter.measure({ ...at(1, 0), activity: "flush" }, 12_000)).toEqual(unknown);
  expect(meter.measure({ ...at(1, 0), activity: "flush" }, 14_000)).toEqual({
    entriesPerSecond: 0,
    bytesPerSecond: null,
    secondsLeft: null,
  });
});
