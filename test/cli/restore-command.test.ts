import { describe, expect, test, vi } from "vitest";
import { SignalReceived } from "../../src/cli/io.js";
import { InterruptedError, type Checkpoints, type LeftAlone } from "../../src/index.js";
import { backup, madeUpPlan, madeUpCheckpoint } from "./made-up.js";
import { runOnStore } from "./run-on-store.js";

const target = madeUpCheckpoint();

const head = { commit: target.gitCommit, branch: "main" };

/** A store whose restores succeed; `restore` tells whether anything was done. */
function restorable(operations = ["replace proposal.md", "create todo.md"], leftAlone: LeftAlone[] = []) {
  const plan = madeUpPlan(operations, leftAlone);
  const restore = vi.fn<Checkpoints["restore"]>(async () => ({
    target,
    backup: operations.length === 0 ? null : backup,
    plan,
    warnings: [],
  }));
  return {
    find: vi.fn<Checkpoints["find"]>(async (id) => (id === "backup" ? backup : target)),
    gitHead: async () => head,
    planRestore: vi.fn<Checkpoints["planRestore"]>(async () => plan),
    restore,
  };
}

describe("restore", () => {
  test("on a terminal it shows what will happen, asks, and tells what was done", async () => {
    const store = restorable();
    const { status, out, err, questions } = await runOnStore(["restore", "latest"], store, { answers: ["y"] });
    expect(status).toBe(0);
    expect(questions).toEqual(["Continue? [y/N]: "]);
    expect(err).toMatchInlineSnapshot(`
      "Rollback to checkpoint 'checkpoint-20251020-143025-step02'?
        Step: 2 (Create Proposal)
        Created: 2025-10-20 14:30:25
        Files: proposal.md, todo.md
        Changes: 2 files to restore, 0 to remove

      This will:
        1. Create backup of current state
        2. Restore all files from checkpoint
        3. You can rollback to the backup if needed


      "
    `);
    expect(out).toMatchInlineSnapshot(`
      "✓ Created backup: checkpoint-20251020-144500-backup
      ✓ Restored 2 files
      ✓ Rollback complete!

      You can now:
        - Review restored files
        - Re-run step 2 with fixes
        - Undo this with \`stepback undo\`
      "
    `);
  });

  test.each(["", "n", "no", "yess", "j"])("the answer '%s' changes nothing and exits with 0", async (answer) => {
    const store = restorable();
    const { status, out } = await runOnStore(["restore", "latest"], store, { answers: [answer] });
    expect(status).toBe(0);
    expect(out).toBe("Cancelled; nothing was changed.\n");
    expect(store.restore).not.toHaveBeenCalled();
  });

  test("without a terminal it refuses and does not even look at the files", async () => {
    const store = restorable();
    const { status, err } = await runOnStore(["restore", "latest"], store);
    expect(status).toBe(15);
    expect(err).toContain("--yes");
    expect(store.planRestore).not.toHaveBeenCalled();
  });

  test("--json never asks, also on a terminal", async () => {
    const { status, err } = await runOnStore(["restore", "latest", "--json"], restorable(), { answers: ["y"] });
    expect(status).toBe(15);
    expect(JSON.parse(err)).toMatchObject({ error: { code: "CONFIRMATION_REQUIRED" } });
  });

  test("--yes goes ahead without a terminal, by the full id of what was found", async () => {
    const store = restorable();
    const { status, out } = await runOnStore(["rollback", "latest", "--yes", "--keep-added", "--", "a.md", "--weird"], store);
    expect(status).toBe(0);
    expect(store.restore).toHaveBeenCalledWith(target.id, {
      paths: ["a.md", "--weird"],
      keepAdded: true,
      signal: expect.anything() as unknown,
      onProgress: expect.any(Function) as unknown,
    });
    expect(out).toContain("✓ Rollback complete!");
  });

  test("a directory that already is as recorded is left alone, and nothing is asked", async () => {
    const store = restorable([]);
    const { status, out, questions } = await runOnStore(["restore", "latest"], store, { answers: ["y"] });
    expect({ status, questions }).toEqual({ status: 0, questions: [] });
    expect(out).toContain("nothing to do");
    expect(store.restore).not.toHaveBeenCalled();
  });

  test("when HEAD has moved on it says so before it asks, and also with --yes", async () => {
    const store = { ...restorable(), gitHead: async () => ({ commit: "9".repeat(40), branch: null }) };
    const asked = await runOnStore(["restore", "latest"], store, { answers: ["n"] });
    expect(asked.err).toContain("! Note: these files are from commit abc123def (branch main); HEAD is now at 999999999.");
    const unasked = await runOnStore(["restore", "latest", "--yes"], store);
    expect(unasked.err).toContain("warning: these files are from commit abc123def");
    const document = await runOnStore(["restore", "latest", "--yes", "--json"], store);
    expect(JSON.parse(document.out)).toMatchObject({ git_mismatch: expect.stringContaining("abc123def") as unknown });
  });

  test("a dry run shows the plan and changes nothing, without asking", async () => {
    const store = restorable();
    const { status, out } = await runOnStore(["restore", "latest", "--dry-run", "--quiet"], store);
    expect(status).toBe(0);
    expect(out).toContain("  replace  proposal.md\n");
    expect(store.restore).not.toHaveBeenCalled();
    const document = await runOnStore(["restore", "latest", "--dry-run", "--json"], store);
    expect(JSON.parse(document.out)).toMatchObject({ dry_run: true, plan: { operations: [{ kind: "replace" }, { kind: "create" }] } });
  });

  test("a path that could not be read makes it incomplete, which --quiet does not hide; an ignored one does not", async () => {
    const failed = [{ path: "secret", reason: "unreadable", detail: "EACCES" }] as LeftAlone[];
    const incomplete = await runOnStore(["restore", "latest", "--yes", "--quiet"], restorable(["create a"], failed));
    expect(incomplete.status).toBe(3);
    expect(incomplete.out).toContain("secret");
    const ignored = [{ path: "node_modules", reason: "ignored", detail: "" }] as LeftAlone[];
    expect(await runOnStore(["restore", "latest", "--yes", "--quiet"], restorable(["create a"], ignored))).toMatchObject({
      status: 0,
      out: "",
      err: "",
    });
  });

  test("an empty path is an error and not the whole directory", async () => {
    const store = restorable();
    expect(await runOnStore(["restore", "latest", "--yes", "--", ""], store)).toMatchObject({ status: 2 });
    expect(store.restore).not.toHaveBeenCalled();
  });

  test("undo restores the newest backup that was named in the question", async () => {
    const store = restorable();
    const { status, err } = await runOnStore(["undo"], store, { answers: ["yes"] });
    expect(status).toBe(0);
    expect(err).toContain("Rollback to checkpoint 'checkpoint-20251020-144500-backup'?");
    expect(store.restore).toHaveBeenCalledWith(backup.id, expect.anything());
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s while it asks exits with %d and changes nothing", async (signal, expected) => {
    const controller = new AbortController();
    const store = restorable();
    const ask = async (): Promise<string> => {
      controller.abort(new SignalReceived(signal));
      return "y";
    };
    expect(await runOnStore(["restore", "latest"], store, { answers: [], ask, signal: controller.signal })).toMatchObject({
      status: expected,
    });
    expect(store.restore).not.toHaveBeenCalled();
  });

  test("an interruption inside the work takes the status of the signal that caused it", async () => {
    const controller = new AbortController();
    const restore = async () => {
      controller.abort(new SignalReceived("SIGTERM"));
      throw new InterruptedError();
    };
    expect(await runOnStore(["restore", "latest", "--yes"], { ...restorable(), restore }, { signal: controller.signal })).toMatchObject({
      status: 143,
    });
  });
});
