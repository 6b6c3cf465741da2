import { describe, expect, test, vi } from "vitest";
import type { Checkpoints, ListFilter } from "../../src/index.js";
import { madeUpCheckpoint } from "./made-up.js";
import { runOnStore } from "./run-on-store.js";

describe("list", () => {
  test.each<[string[], ListFilter]>([
    ["--limit 3 --step 0 --task 7 --tag x --type manual".split(" "), { limit: 3, step: 0, taskId: "7", tag: "x", type: "manual" }],
    [
      "--stage start --phase plan --session s --workflow w --meta ticket --meta owner=ada=x --meta none=".split(" "),
      { stage: "start", phase: "plan", sessionId: "s", workflowId: "w", metadata: { ticket: null, owner: "ada=x", none: "" } },
    ],
    [["--since", "2d"], { since: new Date("2025-10-18T15:00:00Z") }],
    [["--since", "2025-10-01"], { since: new Date("2025-10-01T00:00:00Z") }],
    [["--since", "2025-10-01T12:30"], { since: new Date("2025-10-01T12:30:00Z") }],
    [["--since", "2025-10-01 12:30:15"], { since: new Date("2025-10-01T12:30:15Z") }],
    [["--since", "2025-10-01T12:30:00+02:00"], { since: new Date("2025-10-01T10:30:00Z") }],
  ])("%j choose what is shown; a moment without a zone is UTC", async (options, expected) => {
    const list = vi.fn<Checkpoints["list"]>(async () => ({ checkpoints: [], warnings: [] }));
    const { status, out } = await runOnStore(["list", ...options], { list });
    expect(status).toBe(0);
    expect(list.mock.calls[0]?.[0]).toEqual(expected);
    expect(out).toBe("No checkpoints for 'my-feature' match.\n");
  });

  test("a store without checkpoints is no failure", async () => {
    const list = async () => ({ checkpoints: [], warnings: [] });
    expect(await runOnStore(["list"], { list })).toMatchObject({ status: 0, out: "No checkpoints for 'my-feature' yet.\n" });
  });

  test("--reverse shows the newest first", async () => {
    const checkpoints = [madeUpCheckpoint({ stepName: "older" }), madeUpCheckpoint({ stepName: "newer" })];
    const { out } = await runOnStore(["list", "--reverse"], { list: async () => ({ checkpoints, warnings: [] }) });
    expect(out).toMatch(/newer[^]*older/);
  });
});

describe("list --format", () => {
  const one = madeUpCheckpoint({ notes: "tab\there\nand a line", tags: ["a", "b"], taskId: null });
  const listed = async (format: string) =>
    runOnStore(["list", "--format", format], { list: async () => ({ checkpoints: [one, one], warnings: [] }) });

  test("prints a line for each checkpoint, whose tabs are those of the template alone", async () => {
    const { out } = await listed("{step}\\t{created}\\t{files}\\t{task}\\t{tags}\\t{status}\\t{notes}");
    expect(out).toBe("2\t2025-10-20 14:30:25\t2\t\ta,b\tSuccess\ttab\\there\\nand a line\n".repeat(2));
  });

  test("takes braces and backslashes for what they are when they stand twice", async () => {
    expect((await listed("{{{step}}}\\\\t")).out).toBe("{2}\\t\n".repeat(2));
  });

  test.each(["{colour}", "{}", "{id", "id}", "{constructor}"])("refuses %s and names the fields", async (format) => {
    const { status, out, err } = await listed(format);
    expect([status, out]).toEqual([2, ""]);
    expect(err).toMatch(/hint: The fields are id, sequence, |hint: Give/);
  });
});
