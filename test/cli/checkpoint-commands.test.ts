import { describe, expect, test, vi } from "vitest";
import { runCli } from "../../src/cli/index.js";
import { StoreNotFoundError, type Checkpoint, type Checkpoints, type UncapturedPath } from "../../src/index.js";
import { fakeIo } from "./fake-io.js";
import { madeUpApi, madeUpCheckpoint } from "./made-up.js";
import { runOnStore } from "./run-on-store.js";

const target = madeUpCheckpoint();

describe("a full id names its directory by itself", () => {
  const noStore = async (): Promise<never> => {
    throw new StoreNotFoundError("/home/ada");
  };

  async function showFrom(args: string[]) {
    const io = fakeIo();
    const elsewhere = madeUpApi({ find: async () => target, sizes: async () => ({ checkpoints: [], occupiedBytes: 0 }) });
    const api = madeUpApi({ find: noStore });
    const openHere = api.openCheckpoints;
    const openThere = elsewhere.openCheckpoints;
    api.openCheckpoints = async (directory, options) => {
      const open = directory === "/changes/my-feature" ? openThere : openHere;
      return (open as NonNullable<typeof open>)(directory, options);
    };
    api.findChangeOfCheckpoint = async ({ id }) => (id === target.id ? "/changes/my-feature" : null);
    return { status: await runCli(args, io, api), out: io.out(), err: io.err() };
  }

  test("it is searched for where the current directory has no store", async () => {
    expect(await showFrom(["show", target.id])).toMatchObject({ status: 0, err: "Found in /changes/my-feature\n" });
  });

  test("it is not when a directory is named, when the id is not full, or when no change has it", async () => {
    expect(await showFrom(["show", target.id, "--dir", "."])).toMatchObject({ status: 10 });
    expect(await showFrom(["show", "latest"])).toMatchObject({ status: 10 });
    expect(await showFrom(["show", "checkpoint-20200101-000000-manual"])).toMatchObject({ status: 10 });
  });
});

describe("create", () => {
  const created = { ...target, uncaptured: [] as UncapturedPath[], removed: [], warnings: ["the clock went back"] };

  test("all options reach the library", async () => {
    const create = vi.fn<Checkpoints["create"]>(async () => created);
    const line =
      "create --step 3 --name S --type auto --phase plan --task 7 --stage start --session s1 --workflow w1 --state tests_passing=41 --state tasks_completed=0 --tag a --tag b --meta k=v=w --success false";
    const { status, out, err } = await runOnStore([...line.split(" "), "a note"], { create });
    expect({ status, err }).toEqual({ status: 0, err: "warning: the clock went back\n" });
    expect(out).toBe("✓ Created checkpoint: checkpoint-20251020-143025-step02\n  2 files, 1.2 kB\n");
    expect(create.mock.calls[0]?.[0]).toMatchObject({
      notes: "a note",
      step: 3,
      stepName: "S",
      type: "auto",
      phase: "plan",
      taskId: "7",
      stage: "start",
      sessionId: "s1",
      workflowId: "w1",
      state: { testsPassing: 41, tasksCompleted: 0 },
      tags: ["a", "b"],
      metadata: { k: "v=w" },
      success: false,
    });
  });

  test("--quiet prints nothing on success", async () => {
    expect(await runOnStore(["create", "-q"], { create: async () => created })).toMatchObject({ status: 0, out: "", err: "" });
  });

  test("an incomplete checkpoint exits with 3 and names the paths on stderr, also with --quiet", async () => {
    const uncaptured = [{ path: "secret", reason: "unreadable", detail: "EACCES" }] as UncapturedPath[];
    const create = async () => ({ ...created, isComplete: false, uncaptured });
    expect(await runOnStore(["create", "-q"], { create })).toMatchObject({
      status: 3,
      out: "",
      err: expect.stringContaining("secret (unreadable: EACCES)") as unknown,
    });
    const document = await runOnStore(["create", "--json"], { create });
    expect({ status: document.status, err: document.err }).toEqual({ status: 3, err: "" });
    expect(JSON.parse(document.out)).toMatchObject({
      complete: false,
      uncaptured: [{ path: "secret" }],
      warnings: ["the clock went back"],
    });
  });
});

describe("delete, pin, tag, note and mark", () => {
  const find = async (): Promise<Checkpoint> => target;

  test("delete asks once for all, and by full id", async () => {
    const remove = vi.fn<Checkpoints["delete"]>(async () => ({ deleted: [target], freedBytes: 5 }));
    const { status, questions } = await runOnStore(["delete", "latest", "step:2"], { find, delete: remove }, { answers: ["y"] });
    expect({ status, questions }).toEqual({ status: 0, questions: ["Continue? [y/N]: "] });
    expect(remove.mock.calls[0]?.[0]).toEqual([target.id]);
    expect(await runOnStore(["delete", "latest"], { find, delete: remove })).toMatchObject({ status: 15 });
    expect(remove).toHaveBeenCalledTimes(1);
  });

  test("a wrong id among several pins nothing", async () => {
    const pin = vi.fn<Checkpoints["pin"]>(async () => target);
    const findFirst = async (id: string): Promise<Checkpoint> => {
      if (id === "wrong") throw new StoreNotFoundError("x");
      return target;
    };
    expect(await runOnStore(["pin", "latest", "wrong"], { find: findFirst, pin })).toMatchObject({ status: 10 });
    expect(pin).not.toHaveBeenCalled();
    expect(await runOnStore(["pin", "latest", "step:2"], { find, pin })).toMatchObject({ status: 0, out: `✓ Pinned ${target.id}\n` });
  });

  test("tags are added or removed, notes written or cleared, success marked or forgotten", async () => {
    const tag = vi.fn<Checkpoints["tag"]>(async () => ({ ...target, tags: ["a"] }));
    const note = vi.fn<Checkpoints["note"]>(async () => target);
    const markSuccess = vi.fn<Checkpoints["markSuccess"]>(async () => target);
    const store = { tag, note, markSuccess };
    expect((await runOnStore(["tag", "latest", "a", "b"], store)).out).toBe(`✓ Tags of ${target.id}: a\n`);
    await runOnStore(["tag", "latest", "b", "--remove"], store);
    expect(tag.mock.calls).toEqual([
      ["latest", { add: ["a", "b"] }],
      ["latest", { remove: ["b"] }],
    ]);
    await runOnStore(["note", "latest", "text"], store);
    await runOnStore(["note", "latest", "--clear"], store);
    expect(note.mock.calls).toEqual([
      ["latest", "text"],
      ["latest", null],
    ]);
    await runOnStore(["mark", "latest", "--success", "unknown"], store);
    await runOnStore(["mark", "latest", "--success", "true"], store);
    expect(markSuccess.mock.calls).toEqual([
      ["latest", null],
      ["latest", true],
    ]);
  });
});
