import { describe, expect, test } from "vitest";
import { GOAL_OPERATIONS, GOALS } from "../../bench/goals.mjs";
import { emptyResults, mergeResults } from "../../bench/results.mjs";
import { formatVerdict } from "../../bench/report.mjs";
import { judge, judgeGoals, judgeLimits } from "../../bench/verdicts.mjs";

describe("the verdict on one figure", () => {
  test.each([
    [undefined, "not measured"],
    [1.41, "missed"],
    [1.4, "met"],
    [1.26, "met"],
    [1.25, "stretch met"],
  ])("of %s, which must be 1.4 and better 1.25, is: %s", (measured, verdict) => {
    expect(judge(measured, { must: 1.4, stretch: 1.25 }).verdict).toBe(verdict);
  });

  test("is written with the figure and the goal", () => {
    const goal = { id: "", unit: " ×", must: 1.4, stretch: 1.25 };
    expect(formatVerdict(null)).toBe("");
    expect(formatVerdict({ ...goal, ...judge(undefined, goal) })).toBe("(1.4 / 1.25) not measured");
    expect(formatVerdict({ ...goal, ...judge(1.2345, goal) })).toBe("1.23 × (1.4 / 1.25) stretch met");
    expect(formatVerdict({ ...goal, ...judge(2, goal) })).toBe("2 × (1.4 / 1.25) **missed**");
    expect(formatVerdict({ ...goal, ...judge(120, { must: 200 }), stretch: undefined })).toBe("120 × (200) met");
    expect(formatVerdict({ ...goal, ...judge(2, goal), floor: 1.5678 })).toBe("2 × (1.4 / 1.25, floor 1.57) **missed**");
    expect(formatVerdict({ ...goal, ...judge(2, goal), floor: 1.3 })).toBe("2 × (1.4 / 1.25) **missed**");
  });
});

describe("the goals", () => {
  test("are all for measured operations, the stretch beyond the must", () => {
    for (const { goals } of GOALS) {
      for (const [operation, [must, stretch]] of Object.entries(goals)) {
        expect(GOAL_OPERATIONS).toContain(operation);
        expect(stretch).toBeLessThan(must);
      }
    }
  });

  test("are judged by the middle of the ratios of runs made side by side", () => {
    const cells = cellsOf("L ÷ git", { first: { stepback: [10, 100, 30], git: [100, 500, 75] } });
    expect(cells[0]).toMatchObject({ measured: 0.2, verdict: "stretch met" });
    expect(cells[1]).toBeNull();
    expect(cells[2]).toMatchObject({ verdict: "not measured" });
  });

  test("leave out rounds that a slow tool did not take part in", () => {
    const [first] = cellsOf("L ÷ git", { first: { stepback: [10, 20, 999, 999], git: [100, 100] } });
    expect(first).toMatchObject({ measured: expect.closeTo(0.15) as number, verdict: "stretch met" });
  });

  test("take links for what changes little, copies for the rest", () => {
    const samples = { stepback: [6], cp: [10], "cp-al": [5] };
    const [first, unchanged] = cellsOf("L ÷ cp -a, or cp -al for links", { first: samples, unchanged: samples });
    expect([first?.measured, unchanged?.measured]).toEqual([0.6, 1.2]);
  });

  test("have the calls alone as their floor, the start of node where those are not measured, and none in process", () => {
    const samples = { first: { stepback: [4], bare: [3], node: [1], git: [10] }, changed: { stepback: [4], node: [1], git: [10] } };
    const cells = cellsOf("L ÷ git", samples);
    expect(cells[0]).toMatchObject({ floor: expect.closeTo(0.3) as number });
    expect(cells[2]).toMatchObject({ floor: expect.closeTo(0.1) as number });
    const inProcess = judgeGoals(emptyResults()).find(({ title }) => title === "S in process")?.cells[0];
    expect(inProcess).not.toHaveProperty("floor");
  });

  test("in milliseconds need no other tool, and nothing is judged without its tool", () => {
    const [inProcess] = cellsOf("S in process", { first: { library: [16, 14, 90] } });
    expect(inProcess).toMatchObject({ measured: 16, unit: " ms", verdict: "missed" });
    expect(cellsOf("L ÷ git", { first: { stepback: [1], git: [] } })[0]).toMatchObject({ verdict: "not measured" });
    expect(
      judgeGoals(emptyResults()).flatMap(({ cells }) => cells.filter((cell) => cell !== null && cell.verdict !== "not measured")),
    ).toEqual([]);
  });
});

describe("the limits", () => {
  test("judge the disk by the tree, what was changed and the folders", () => {
    const disk = { treeBytes: 100, changedBytes: 20, folderBytes: 15, stores: [{ id: "stepback", bytes: 150 }] };
    const results = mergeResults(emptyResults(), "M", { run: {}, disk });
    expect(judgeLimits(results).find(({ id }) => id === "disk-M")).toMatchObject({ measured: 1, verdict: "met" });
  });

  test("judge memory by the largest process of ours", () => {
    const results = resultsOf(
      "L",
      { first: { stepback: [1], "stepback-none": [1], restic: [1] } },
      { stepback: 150e6, "stepback-none": 210e6, restic: 900e6 },
    );
    expect(judgeLimits(results).find(({ id }) => id === "memory-L")).toMatchObject({ measured: 210, verdict: "missed" });
  });
});

type Walls = Record<string, Record<string, number[]>>;

function resultsOf(size: string, walls: Walls, peaks: Record<string, number> = {}) {
  const operations = Object.entries(walls).map(([operation, tools]) => {
    const samples = Object.entries(tools).map(([id, wallMs]) => ({
      id,
      wallMs,
      cpuMs: [],
      peakBytes: id in peaks ? [peaks[id] ?? 0] : [],
    }));
    return [operation, { measuredAt: "2026-01-01", samples }] as const;
  });
  return mergeResults(emptyResults(), size, { run: {}, operations: Object.fromEntries(operations) });
}

function cellsOf(title: string, walls: Walls) {
  const goal = GOALS.find((one) => one.title === title);
  return judgeGoals(resultsOf(goal?.size ?? "", walls)).find((row) => row.title === title)?.cells ?? [];
}
