import { describe, expect, test } from "vitest";
import type { Checkpoint, CheckpointId, RestoreRecord } from "../../src/index.js";
import { followGrowth } from "../../src/page/growth.js";
import { layOutTimeline } from "../../src/page/lay-out-timeline.js";
import { markup, shown } from "../../src/page/markup.js";
import { checkpointItem } from "../../src/page/checkpoint-item.js";
import { madeUpCheckpoint } from "../cli/made-up.js";

function numbered(sequence: number, differences: Partial<Checkpoint> = {}): Checkpoint {
  const id = `c${sequence}` as CheckpointId;
  return madeUpCheckpoint({ id, sequence, createdAt: new Date(sequence * 60_000).toISOString(), type: "manual", ...differences });
}

function restoring(target: string, backup: string, differences: Partial<RestoreRecord> = {}): RestoreRecord {
  const counts = { created: 0, replaced: 1, removed: 0, retouched: 0, leftAlone: 0 };
  const names = { target: target as CheckpointId, backup: backup as CheckpointId };
  return { at: "1970-01-01T00:02:30Z", ...names, paths: [], counts, result: "restored", ...differences };
}

/** `c1 [c1-c2] c2 …`, and `*` for a step. */
function laidOut(checkpoints: Checkpoint[], restores: RestoreRecord[] = [], most = 100): string {
  return layOutTimeline(checkpoints, restores, most)
    .items.map((item) => {
      if (item.kind === "checkpoint") return item.checkpoint.id;
      if (item.kind === "restore") return `restore:${item.restore.target}`;
      const { from, to, step } = item.stretch;
      return `[${from ?? "?"}-${to ?? "live"}${step === null ? "" : "*"}]`;
    })
    .join(" ");
}

describe("the timeline", () => {
  const three = [numbered(1, { type: "step" }), numbered(2, { type: "backup" }), numbered(3)];

  test.each<[string, RestoreRecord[], string]>([
    ["goes from checkpoint to checkpoint to the directory", [], "c1 [c1-c2*] c2 [c2-c3] c3 [c3-live]"],
    ["goes on from what was restored", [restoring("c1", "c2")], "c1 [c1-c2*] c2 restore:c1 [c1-c3] c3 [c3-live]"],
    ["does not for single paths", [restoring("c1", "c2", { paths: ["a"] })], "c1 [c1-c2*] c2 restore:c1 [c2-c3] c3 [c3-live]"],
    [
      "does not for one that was undone",
      [restoring("c1", "c2", { result: "rolled_back" })],
      "c1 [c1-c2*] c2 restore:c1 [c2-c3] c3 [c3-live]",
    ],
    ["knows nothing where the target is gone", [restoring("c0", "c2")], "c1 [c1-c2*] c2 restore:c0 [?-c3] c3 [c3-live]"],
    ["places one by its time where the backup is gone", [restoring("c1", "c9")], "c1 [c1-c2*] c2 restore:c1 [c1-c3] c3 [c3-live]"],
  ])("%s", (_, restores, expected) => {
    expect(laidOut(three.toReversed(), restores)).toBe(expected);
  });

  test("leaves out the oldest, and says how many", () => {
    const checkpoints = Array.from({ length: 500 }, (_, at) => numbered(at + 1));
    const early = restoring("c1", "c2");
    expect(laidOut(checkpoints, [early], 2)).toBe("c499 [c499-c500] c500 [c500-live]");
    expect(layOutTimeline(checkpoints, [early], 2)).toMatchObject({ olderCheckpoints: 498, olderRestores: 1 });
    expect(layOutTimeline([], [early], 2)).toEqual({ items: [], olderCheckpoints: 0, olderRestores: 1 });
  });
});

test("the growth has a bounded number of points that leave out no checkpoint", () => {
  const checkpoints = Array.from({ length: 503 }, (_, at) => numbered(at + 1, { totalBytes: at }));
  const survey = { freedBytes: () => 2, occupiedBytes: (ids: Iterable<CheckpointId>) => [...ids].length * 10 };
  const points = followGrowth(checkpoints, survey, 80);
  expect(points).toHaveLength(80);
  expect(points.reduce((sum, point) => sum + point.checkpoints, 0)).toBe(503);
  expect(points.reduce((sum, point) => sum + point.uniqueBytes, 0)).toBe(1006);
  expect(points.at(-1)).toMatchObject({ logicalBytes: 502, occupiedBytes: 5030 });
  expect(followGrowth([], survey, 80)).toEqual([]);
});

test("a text in a page is text, in an attribute as well", () => {
  const text = `"><b onclick='x'>&amp;\u202e\u2066\u0007\u200b\ufeff\u{e0041}\ud800`;
  const escaped = "&quot;&gt;&lt;b onclick=&#39;x&#39;&gt;&amp;amp;\\u202e\\u2066\\x07\\u200b\\ufeff\\u{e0041}\\ud800";
  expect(markup`<p title="${text}">${text}${null}${[1, markup`<i></i>`]}</p>`.text).toBe(`<p title="${escaped}">${escaped}1<i></i></p>`);
  expect(shown("a\udcffb\n").text).toBe('<bdi>a<span class="sign">\\xff</span>b<span class="sign">\\n</span></bdi>');
  expect(shown("👩‍🚀 שלום").text).toBe("<bdi>👩‍🚀 שלום</bdi>");
  expect(shown("👍👍", 3).text).toBe("<bdi>👍</bdi>…");
});

test("one checkpoint takes a bounded room, whatever is said of it", () => {
  const long = "<".repeat(1_000_000);
  const labels = Array.from({ length: 10_000 }, (_, at) => `${at}${long.slice(0, 200)}`);
  const metadata = Object.fromEntries(labels.map((label) => [label, long.slice(0, 1000)]));
  const differences = { notes: `${long}\n`.repeat(3), stepName: long, taskId: long, gitBranch: long, tags: labels, metadata };
  expect(checkpointItem(numbered(1, { ...differences, stepNumber: 1 }), undefined).text.length).toBeLessThan(20_000);
});
