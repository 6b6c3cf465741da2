import { expect, test } from "vitest";
import type { Io } from "../../src/cli/index.js";
import { checkpointLabel, pathLabel, pickable, previewText } from "../../src/cli/print/choice-text.js";
import { runLine } from "../end-to-end/command-line.js";
import { tempChange } from "../support/temp-change.js";
import { madeUpCheckpoint, madeUpPlan } from "./made-up.js";

/** A terminal on which these places are chosen, one after the other; null cancels. */
function choosing(chosen: (number | number[] | null)[], answers: string[] = []): Partial<Io> & { answers: string[]; asked: string[][] } {
  const asked: string[][] = [];
  const next = async ({ question, choices }: Parameters<NonNullable<Io["chooseOne"]>>[0]) => {
    asked.push([question, ...choices.map(({ label }) => label)]);
    return chosen.shift() ?? null;
  };
  return { answers, asked, chooseOne: next as Io["chooseOne"], chooseSeveral: next as Io["chooseSeveral"] };
}

test("without a terminal, and with --json or --yes, an id is needed", async () => {
  const change = await tempChange({ "a.txt": "one" });
  await change.checkpoints.create();
  for (const [args, parts] of [
    [["restore"], {}],
    [["restore", "--json"], choosing([0])],
    [["restore", "--yes"], choosing([0])],
  ] as const) {
    const { status, err } = await runLine(change.directory, args, parts);
    expect(status).toBe(2);
    expect(err).toContain("Give an ID");
  }
});

test("a checkpoint that is already there is told, and the list is offered again; --dry-run only shows", async () => {
  const change = await tempChange({ "a.txt": "one" });
  await change.checkpoints.create();
  change.edit({ "a.txt": "two" });
  await change.checkpoints.create();
  const terminal = choosing([0, 1, 0]);
  const { status, out, err } = await runLine(change.directory, ["restore", "--dry-run"], terminal);
  expect(status).toBe(0);
  expect(err).toContain("nothing to do");
  expect(terminal.asked.map(([question]) => question)).toEqual([
    "Which checkpoint do you want to go back to?",
    "Which checkpoint do you want to go back to?",
    "What should go back?",
  ]);
  expect(out).toContain("Would restore 1 file and remove 0");
  expect(change.files()).toEqual({ "a.txt": "two" });
});

test("a store without checkpoints says so, and asks nothing", async () => {
  const change = await tempChange({ "a.txt": "one" });
  const { id } = await change.checkpoints.create();
  await change.checkpoints.delete([id]);
  const terminal = choosing([0]);
  expect((await runLine(change.directory, ["restore"], terminal)).status).toBe(10);
  expect(terminal.asked).toEqual([]);
});

test("a signal while somebody chooses is an interruption", async () => {
  const change = await tempChange({ "a.txt": "one" });
  await change.checkpoints.create();
  const controller = new AbortController();
  const chooseOne = async (): Promise<null> => {
    controller.abort(Object.assign(new Error("stop"), { name: "AbortError" }));
    return null;
  };
  expect((await runLine(change.directory, ["restore"], { answers: [], chooseOne, signal: controller.signal })).status).toBe(130);
});

test("what is offered: one line for each checkpoint, folders only where nothing in them tells of them", () => {
  expect(checkpointLabel(madeUpCheckpoint({ notes: "a note" }), 100).label).toBe(
    "2025-10-20 14:30:25 | step 2 (Create Proposal) | ✓ Success | a note | 2 files",
  );
  expect(checkpointLabel(madeUpCheckpoint({ notes: "a note" }), 50).label).toHaveLength(42);
  const plan = madeUpPlan([
    "retouch .",
    "create specs/",
    "create specs/a.md",
    "create empty/",
    "replace b.md",
    "remove c.md",
    "retouch d.md",
  ]);
  expect(pickable(plan).map(pathLabel)).toEqual([
    "specs/a.md (create)",
    "empty/ (create)",
    "b.md (replace)",
    "c.md (remove)",
    "d.md (retouch)",
  ]);
  const many = madeUpPlan(Array.from({ length: 14 }, (_, index) => `create ${index}.md`));
  expect(previewText(many).split("\n").slice(-3)).toEqual(["  create   9.md", "  … and 4 more paths", ""]);
});
