import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { emptyResults, mergeResults, readResults, writeResults } from "../../bench/results.mjs";

const first = { measuredAt: "2026-01-01", samples: [{ id: "stepback", wallMs: [1], cpuMs: [], peakBytes: [] }] };
const again = { measuredAt: "2026-01-02", samples: [{ id: "git", wallMs: [2], cpuMs: [], peakBytes: [] }] };

describe("merging", () => {
  test("adds pieces and operations, and replaces an operation that was measured again with all its tools", () => {
    const small = mergeResults(emptyResults(), "S", { run: { load: 1 }, operations: { first, verify: first } });
    const both = mergeResults(small, "M", { run: { load: 2 }, operations: { first } });
    const later = mergeResults(both, "S", { run: { load: 3 }, operations: { first: again } });
    expect(later.pieces).toEqual({
      S: { run: { load: 3 }, operations: { first: again, verify: first } },
      M: { run: { load: 2 }, operations: { first } },
    });
    expect(small.pieces).toEqual({ S: { run: { load: 1 }, operations: { first, verify: first } } });
  });

  test("keeps the curves and the disk of earlier runs beside what is new", () => {
    const disk = { treeBytes: 1 };
    const before = mergeResults(emptyResults(), "S", { run: {}, disk, operations: { first } });
    expect(mergeResults(before, "S", { run: {}, operations: {} }).pieces["S"]).toEqual({ run: {}, disk, operations: { first } });
    const curves = mergeResults(emptyResults(), "scaling", { run: {}, curves: { files: { points: [] } } });
    expect(mergeResults(curves, "scaling", { run: {}, curves: { checkpoints: { points: [] } } }).pieces["scaling"]).toEqual({
      run: {},
      curves: { files: { points: [] }, checkpoints: { points: [] } },
    });
  });
});

describe("the file", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "results-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  test("comes back as it was written", async () => {
    const results = mergeResults(emptyResults(), "S", { run: {}, operations: { first } });
    await writeResults(join(folder, "results.json"), results);
    expect(await readResults(join(folder, "results.json"))).toEqual(results);
  });

  test("counts for nothing when it is not there or in an earlier form", async () => {
    expect(await readResults(join(folder, "none.json"))).toEqual(emptyResults());
    writeFileSync(join(folder, "old.json"), JSON.stringify({ cases: [], peers: [] }));
    expect(await readResults(join(folder, "old.json"))).toEqual(emptyResults());
  });
});
