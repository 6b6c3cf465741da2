import { hostname } from "node:os";
import { existsSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/index.js";
import {
  decodeManifest,
  encodeManifest,
  formatIndex,
  formatSession,
  formatWorkflow,
  parseIndex,
  parseSession,
  parseWorkflow,
} from "../../src/formats/index.js";
import { openCheckpoints, toJsonForm, type Checkpoints } from "../../src/index.js";
import { fakeIo } from "../cli/fake-io.js";
import { schemaProblems } from "../formats/schemas.js";
import { pictureOf } from "../support/temp-change.js";
import { caseNames, copyStore, decodePercent, pictureBelow, readExpected, type CopiedStore } from "./copied-store.js";

interface Expected {
  change_id: string;
  /** The files of each checkpoint: text, or `-> target`. */
  trees: Record<string, Record<string, string>>;
}

/** Every file of a frozen tree was last edited then. */
const LAST_EDIT_US = BigInt(Date.parse("2026-03-01T12:00:00.250Z")) * 1000n;
const FIRST = "checkpoint-20260302-090000-step01";
const BACKUP = "checkpoint-20260302-091000-backup";
const KILLED = "checkpoint-20260302-092000-step02";

const READABLE = caseNames("stores").filter((name) => name.startsWith("v1-"));

test("there is a frozen store of each kind", () => {
  expect(caseNames("stores")).toEqual([
    "corrupt-index",
    "future-index",
    "missing-index",
    "v1-cut-off",
    "v1-sessions",
    "v1-small",
    "v1-tasks",
    "v1-workflow",
  ]);
});

describe.each(READABLE)("the frozen store %s", (name) => {
  test("has documents that today's schemas accept, and today's code reads and writes with all they hold", async () => {
    const { storePath } = await copyStore("stores", name);
    for (const file of ["state.json", "state.json.previous"]) {
      const text = readFileSync(join(storePath, file), "utf8");
      expect(schemaProblems("index", JSON.parse(text))).toEqual([]);
      const { index } = parseIndex(text, file);
      expect(parseIndex(formatIndex(index), file)).toEqual({ index, isLegacy: false, isAltered: false, warnings: [] });
    }
    const manifests = readdirSync(join(storePath, "manifests"));
    expect(manifests).not.toEqual([]);
    for (const file of manifests) {
      const bytes = readFileSync(join(storePath, "manifests", file));
      expect(schemaProblems("manifest", JSON.parse(bytes.toString()))).toEqual([]);
      expect(encodeManifest(decodeManifest(bytes, file))).toEqual(bytes);
    }
  });

  test("is whole, holds nothing foreign, and is not written by reading", async () => {
    const { checkpoints, directory } = await copyStore("stores", name);
    const before = pictureBelow(directory, { times: true });
    expect(await checkpoints.verify()).toMatchObject({ isWhole: true, foreign: [] });
    for (const { id } of (await checkpoints.list()).checkpoints) await checkpoints.planRestore(id);
    await checkpoints.status();
    await checkpoints.history();
    expect(pictureBelow(directory, { times: true })).toEqual(before);
  });
});

describe("the frozen store v1-tasks", () => {
  const { trees } = readExpected("stores", "v1-tasks") as Expected;
  const [start = "", implementation = "", backup = ""] = Object.keys(trees);

  test("knows its task, where it belongs, and what was recovered", async () => {
    const { checkpoints } = await copyStore("stores", "v1-tasks");
    const belongs = { taskId: "7", sessionId: "session-20260305-065500", workflowId: "add-tide-gauge" };
    expect(await checkpoints.find(start)).toMatchObject({
      ...belongs,
      state: { tasksCompleted: 2, decisionsMade: 1, filesModified: 0, filesCreated: 0, testsPassing: 41, testsFailing: 1 },
    });
    expect(await checkpoints.find(implementation)).toMatchObject({ ...belongs, phase: "implement", state: null });
    expect(await checkpoints.tasks.list()).toMatchObject([
      {
        taskId: "7",
        state: "not_started",
        options: [
          { stage: "implementation", isAbandoned: true },
          { stage: "start", isAbandoned: false },
        ],
        recoveries: [
          { error: "implementation", failure: "SurveyError: the quay wall gives way", target: start, backup, result: "restored" },
        ],
      },
    ]);
  });

  test("is restored, and recovered once more", async () => {
    const { checkpoints, directory } = await copyStore("stores", "v1-tasks");
    await checkpoints.restore(implementation);
    expect(readFileSync(join(directory, "specs/basin.md"), "utf8")).toBe(trees[implementation]?.["specs/basin.md"]);
    expect(await checkpoints.recover({ taskId: "7", error: "other" })).toMatchObject({ recovered: true, target: { id: start } });
    expect(existsSync(join(directory, "specs"))).toBe(false);
  });
});

describe("the frozen store v1-sessions", () => {
  const [ended, active] = ["session-20260306-070000", "session-20260306-090000"] as const;
  const now = () => new Date("2026-03-06T10:00:00Z");

  test("has records that today's schema accepts, and today's code reads and writes with all they hold", async () => {
    const { storePath } = await copyStore("stores", "v1-sessions");
    for (const name of ["active.json", `${ended}.json`]) {
      const text = readFileSync(join(storePath, "sessions", name), "utf8");
      expect(schemaProblems("session", JSON.parse(text))).toEqual([]);
      expect(formatSession(parseSession(text, name))).toBe(text);
    }
  });

  test("tells of both sessions, and of the log", async () => {
    const change = await copyStore("stores", "v1-sessions");
    const { sessions, log } = await change.reopen({ now });
    const metrics = { durationMs: 3_600_000, checkpoints: 4, tasksCompleted: 1, tasksFailed: 1, tokens: 1500, peakMemoryBytes: 67_108_864 };
    expect((await sessions.list()).sessions).toMatchObject([
      { sessionId: ended, state: "ended", success: true, metrics },
      { sessionId: active, state: "active", isIncomplete: true, owner: { name: "agent-1", user: "ada", host: "quay" } },
    ]);
    const kinds = ["started", "risk", "task", "task", "sprint", "usage", "interrupted", "closed"];
    expect((await sessions.get(ended)).events.map(({ kind }) => kind)).toEqual(kinds);
    expect((await log.read({ taskId: "7" })).map(({ message }) => message)).toEqual(["waits for the lamp"]);
    expect(await log.read()).toHaveLength(2);
  });

  test("is gone on with: the active session is ended, and one that was left a day is closed", async () => {
    const first = await copyStore("stores", "v1-sessions");
    expect((await (await first.reopen({ now })).sessions.end()).session).toMatchObject({ sessionId: active, state: "ended" });
    const second = await copyStore("stores", "v1-sessions");
    const nextDay = await second.reopen({ now: () => new Date("2026-03-07T09:00:01Z") });
    expect(await nextDay.sessions.start()).toMatchObject({ closed: { sessionId: active, state: "expired" } });
  });
});

describe("the frozen store v1-workflow", () => {
  const { trees } = readExpected("stores", "v1-workflow") as Expected;
  const [first = "", second = ""] = Object.keys(trees);

  test("has records that today's schema accepts, and today's code reads and writes with all they hold", async () => {
    const { storePath } = await copyStore("stores", "v1-workflow");
    for (const file of ["workflow.json", "workflows/survey.json"]) {
      const text = readFileSync(join(storePath, file), "utf8");
      expect(schemaProblems("workflow-record", JSON.parse(text))).toEqual([]);
      expect(formatWorkflow(parseWorkflow(text, file))).toBe(text);
    }
  });

  test("knows how far it came, and goes back to before its first step; the other one is brought back", async () => {
    const { checkpoints, directory } = await copyStore("stores", "v1-workflow");
    const { workflow } = checkpoints;
    expect(await workflow.status()).toMatchObject({
      plan: { workflowId: "light-beacon", percentage: 33, next: { name: "specify" } },
      context: { originalRequest: "Ships must find in.", artifacts: ["proposal.md"], metadata: { team: "harbour" } },
      steps: [
        { status: "completed", checkpointId: first },
        { status: "failed", reason: "no lamp is bright enough", checkpointId: second },
        { status: "pending" },
      ],
    });
    await workflow.resume({ from: 1 });
    expect(readFileSync(join(directory, "proposal.md"), "utf8")).toBe(trees[first]?.["proposal.md"]);
    expect(await workflow.resume({ id: "survey", force: true })).toMatchObject({ workflowId: "survey", plan: { percentage: 0 } });
  });
});

describe("the frozen store v1-small", () => {
  const { trees } = readExpected("stores", "v1-small") as Expected;

  test("lists its three checkpoints with all that is known of them", async () => {
    const { checkpoints } = await copyStore("stores", "v1-small");
    const { checkpoints: listed, warnings } = await checkpoints.list();
    expect(warnings).toEqual([]);
    expect(listed.map((checkpoint) => toJsonForm(checkpoint))).toMatchObject([
      {
        checkpoint_id: FIRST,
        step_number: 1,
        step_name: "Create Proposal",
        timestamp: "2026-03-02T09:00:00.000Z",
        git_commit: null,
        success: true,
        notes: "approved by the harbour master",
        sequence: 1,
        type: "step",
        file_count: 10,
        phase: "plan",
        task: "7",
        stage: "start",
        tags: ["draft", "reviewed"],
        metadata: { agent: "writer" },
        pinned: true,
        complete: true,
        rollback_used: true,
        rollback_count: 1,
        run: { status: "finished", command: ["true"], exit_code: 0, signal: null, verify: { command: "true", exit_code: 0 } },
        run_state: "finished",
      },
      {
        checkpoint_id: BACKUP,
        sequence: 2,
        type: "backup",
        step_number: null,
        backup_of: FIRST,
        notes: `before the restore of ${FIRST}`,
        run: null,
        run_state: "none",
      },
      { checkpoint_id: KILLED, sequence: 3, type: "step", step_number: 2, success: null, pinned: false, run: { status: "running" } },
    ]);
    expect(listed[0]?.totalBytes).toBe(bytesIn(trees[FIRST]));
    expect(await checkpoints.history()).toMatchObject([{ target: FIRST, backup: BACKUP, result: "restored" }]);
  });

  test("names what was left out, by kind", async () => {
    const { checkpoints } = await copyStore("stores", "v1-small");
    expect((await checkpoints.manifest(FIRST)).uncaptured).toEqual([
      { path: ".checkpoints", reason: "store", detail: "the store" },
      { path: "gauge.pipe", reason: "special", detail: "fifo" },
      { path: "scratch", reason: "ignored", detail: "by the ignore rules" },
    ]);
  });

  test.each([FIRST, BACKUP, KILLED])("restores %s, with modes, times, bytes in a name and symlinks", async (id) => {
    const { checkpoints, directory } = await copyStore("stores", "v1-small");
    await checkpoints.restore(id);
    expect(filesOf(directory)).toEqual({ ...withBytes(trees[id]), "scratch/notes.txt": "left out by a rule\n" });
    expect(modeOf(directory, "gauge.key")).toBe("600");
    expect(modeOf(directory, "bin/read.sh")).toBe("755");
    expect(timesOf(directory, Object.keys(trees[id] ?? {}))).toEqual(Object.keys(trees[id] ?? {}).map(() => LAST_EDIT_US));
    expect(await checkpoints.verify()).toMatchObject({ isWhole: true });
  });

  test("shows the killed step as interrupted on the machine that it ran on, and nowhere else", async () => {
    const change = await copyStore("stores", "v1-small");
    expect(await change.checkpoints.status()).toMatchObject({ running: [KILLED], interrupted: [] });
    moveToThisMachine(join(change.storePath, "state.json"));
    expect(await change.checkpoints.status()).toMatchObject({ running: [], interrupted: [KILLED], checkpoints: 3, pinned: 1, backups: 1 });
    expect(await change.checkpoints.find(KILLED)).toMatchObject({ runState: "interrupted" });
  });

  test("takes new checkpoints, and shares content with the frozen ones", async () => {
    const { checkpoints, storePath } = await copyStore("stores", "v1-small");
    const created = await checkpoints.create({ notes: "years later" });
    expect(created).toMatchObject({ sequence: 4, isComplete: true });
    expect(lstatSync(join(storePath, created.id, "empty.txt")).ino).toBe(lstatSync(join(storePath, KILLED, "empty.txt")).ino);
    await checkpoints.delete([BACKUP]);
    expect((await checkpoints.list()).checkpoints.map(({ id }) => id)).toEqual([FIRST, KILLED, created.id]);
    expect(await checkpoints.verify()).toMatchObject({ isWhole: true, foreign: [] });
  });
});

describe("the frozen store v1-cut-off", () => {
  const { trees } = readExpected("stores", "v1-cut-off") as Expected;
  const [target = "", backup = ""] = Object.keys(trees);

  test("tells of its unfinished restore and of its lock", async () => {
    const { checkpoints } = await copyStore("stores", "v1-cut-off");
    expect(await checkpoints.status()).toMatchObject({
      unfinishedRestore: { target, startedAt: "2026-03-04T08:10:00.000Z" },
      lock: { description: expect.stringContaining("on host quay (`stepback restore`)") as string },
    });
  });

  test("is not written while the lock's owner may live on another machine", async () => {
    const { checkpoints, directory } = await copyStore("stores", "v1-cut-off");
    const before = pictureBelow(directory);
    await expect(checkpoints.pin(target)).rejects.toMatchObject({ code: "LOCKED", exitStatus: 11 });
    await expect(checkpoints.repair()).rejects.toMatchObject({ code: "LOCKED" });
    expect(pictureBelow(directory)).toEqual(before);
  });

  test("is finished by repair once the lock is gone", async () => {
    const change = await copyStore("stores", "v1-cut-off");
    giveTimesBack(change);
    rmSync(join(change.storePath, "lock"));
    expect(await change.checkpoints.repair()).toMatchObject({ finishedRestores: [{ target, result: "recovered" }], indexRebuilt: false });
    expect(filesOf(change.directory)).toEqual(trees[target]);
    expect(await change.checkpoints.history()).toMatchObject([{ target, backup, result: "recovered" }]);
    expect(readdirSync(change.storePath).sort()).toEqual(
      [".gitignore", target, backup, "manifests", "state.json", "state.json.previous"].sort(),
    );
    expect(await change.checkpoints.verify()).toMatchObject({ isWhole: true, foreign: [] });
    await change.checkpoints.undo();
    expect(filesOf(change.directory)).toEqual(trees[backup]);
  });

  test("is finished by the next command that writes, on the machine of the crash", async () => {
    const change = await copyStore("stores", "v1-cut-off");
    giveTimesBack(change);
    moveToThisMachine(join(change.storePath, "lock"));
    const { warnings } = await change.checkpoints.create();
    expect(warnings.join()).toContain(target);
    expect(filesOf(change.directory)).toEqual(trees[target]);
  });

  test("is undone when somebody has put a file in its way since", async () => {
    const change = await copyStore("stores", "v1-cut-off");
    rmSync(join(change.storePath, "lock"));
    writeFileSync(join(change.directory, "tasks.md"), "mine");
    expect(await change.checkpoints.repair()).toMatchObject({ finishedRestores: [{ target, result: "rolled_back" }] });
    expect(filesOf(change.directory)).toEqual({ ...trees[backup], "tasks.md": "mine" });
    expect(await change.checkpoints.find(target)).toMatchObject({ rollbackUsed: false });
  });

  /** Git keeps no times, and a staged file has its final ones already. */
  function giveTimesBack({ storePath }: CopiedStore): void {
    const work = readdirSync(storePath).find((name) => name.startsWith("restore-")) ?? "";
    for (const slot of readdirSync(join(storePath, work, "stage"))) {
      utimesSync(join(storePath, work, "stage", slot), Number(LAST_EDIT_US) / 1e6, Number(LAST_EDIT_US) / 1e6);
    }
  }
});

type Call = (checkpoints: Checkpoints, directory: string) => Promise<unknown>;

/** Every method that looks into a store, but `repair`. */
const CALLS: Record<string, Call> = {
  list: (checkpoints) => checkpoints.list(),
  find: (checkpoints) => checkpoints.find("latest"),
  manifest: (checkpoints) => checkpoints.manifest("latest"),
  planRestore: (checkpoints) => checkpoints.planRestore("latest"),
  history: (checkpoints) => checkpoints.history(),
  verify: (checkpoints) => checkpoints.verify(),
  status: (checkpoints) => checkpoints.status(),
  create: (checkpoints) => checkpoints.create(),
  restore: (checkpoints) => checkpoints.restore("latest"),
  undo: (checkpoints) => checkpoints.undo(),
  delete: (checkpoints) => checkpoints.delete(["latest"]),
  pin: (checkpoints) => checkpoints.pin("latest"),
  unpin: (checkpoints) => checkpoints.unpin("latest"),
  tag: (checkpoints) => checkpoints.tag("latest", { add: ["tag"] }),
  note: (checkpoints) => checkpoints.note("latest", "note"),
  markSuccess: (checkpoints) => checkpoints.markSuccess("latest", true),
  clean: (checkpoints) => checkpoints.clean({ keepLast: 1 }),
  "clean, as a dry run": (checkpoints) => checkpoints.clean({ keepLast: 1 }, { dryRun: true }),
  run: (checkpoints, cwd) => checkpoints.run({ command: ["touch", "ran"], cwd }),
  withCheckpoint: (checkpoints, directory) => checkpoints.withCheckpoint({}, () => writeFileSync(join(directory, "ran"), "")),
};

const READING = ["list", "show latest", "manifest latest", "restore latest --dry-run", "clean 1 --dry-run", "history", "verify", "status"];
const WRITING = [
  "create",
  "restore latest",
  "undo",
  "clean 1",
  "delete latest",
  "pin latest",
  "unpin latest",
  "tag latest a",
  "note latest b",
];

describe.each([
  ["future-index", "FORMAT_TOO_NEW"],
  ["corrupt-index", "INDEX_UNUSABLE"],
  ["missing-index", "INDEX_UNUSABLE"],
])("the frozen store %s", (name, code) => {
  test.each(Object.entries(CALLS))(`refuses %s with ${code} and changes nothing`, async (_, call) => {
    const { checkpoints, directory } = await copyStore("stores", name);
    const before = pictureBelow(directory);
    await expect(call(checkpoints, directory)).rejects.toMatchObject({ code, exitStatus: 12 });
    expect(pictureBelow(directory)).toEqual(before);
  });

  test.each([...READING, ...WRITING])("makes `stepback %s` exit with 12", async (command) => {
    const { directory } = await copyStore("stores", name);
    const before = pictureBelow(directory);
    const io = fakeIo({ cwd: directory });
    expect(await runCli(["--yes", "--json", ...command.split(" ")], io)).toBe(12);
    expect(JSON.parse(io.err())).toMatchObject({ error: { code, details: { path: join(directory, ".checkpoints/state.json") } } });
    expect(io.out()).toBe("");
    expect(pictureBelow(directory)).toEqual(before);
  });

  test("makes `stepback run` exit with 125, before the command is run", async () => {
    const { directory } = await copyStore("stores", name);
    expect(await runCli(["run", "--", "touch", "ran"], fakeIo({ cwd: directory }))).toBe(125);
    expect(existsSync(join(directory, "ran"))).toBe(false);
  });
});

test("an index of a later version is not damage: repair refuses it and changes nothing", async () => {
  const { checkpoints, directory } = await copyStore("stores", "future-index");
  const before = pictureBelow(directory);
  await expect(checkpoints.repair()).rejects.toMatchObject({ code: "FORMAT_TOO_NEW", details: { found: 2, supported: 1 } });
  expect(pictureBelow(directory)).toEqual(before);
});

describe("repair of a frozen store", () => {
  const [first, second] = ["checkpoint-20260303-100000-step01", "checkpoint-20260303-103000-manual"];

  test("rebuilds a cut-off index, keeps it beside the new one, and takes later words from the previous one", async () => {
    const { checkpoints, storePath } = await copyStore("stores", "corrupt-index");
    const broken = readFileSync(join(storePath, "state.json"));
    expect(await checkpoints.repair()).toMatchObject({
      indexRebuilt: true,
      adopted: [first, second],
      keptIndexAs: join(storePath, "state.json.broken"),
    });
    expect(readFileSync(join(storePath, "state.json.broken"))).toEqual(broken);
    expect(await checkpoints.list()).toMatchObject({
      checkpoints: [
        { id: first, sequence: 1, isPinned: true, notes: "as noted later", success: true },
        { id: second, sequence: 2, isPinned: false, tags: ["second"] },
      ],
      warnings: [],
    });
    await expectSound(checkpoints, storePath);
    expect(await checkpoints.repair()).toMatchObject({ indexRebuilt: false, adopted: [], keptIndexAs: null });
  });

  test("rebuilds a missing index from the manifests alone", async () => {
    const { checkpoints, storePath } = await copyStore("stores", "missing-index");
    expect(await checkpoints.repair()).toMatchObject({ indexRebuilt: true, adopted: [first, second], keptIndexAs: null });
    expect(await checkpoints.list()).toMatchObject({
      checkpoints: [
        { id: first, sequence: 1, isPinned: false, notes: "as published", success: null },
        { id: second, sequence: 2, tags: ["second"] },
      ],
    });
    await expectSound(checkpoints, storePath);
  });

  test.each(["corrupt-index", "missing-index"])("of %s leaves ids that are given out only once", async (name) => {
    const change = await copyStore("stores", name);
    const checkpoints = await change.reopen({ now: () => new Date("2026-03-03T10:30:00Z") });
    await checkpoints.repair();
    expect(await checkpoints.create()).toMatchObject({ id: `${second}-2`, sequence: 3 });
  });

  test.each(["corrupt-index", "missing-index"])("of %s gives back what can be restored", async (name) => {
    const { checkpoints, directory } = await copyStore("stores", name);
    await checkpoints.repair();
    await checkpoints.restore(first);
    expect(filesOf(directory)).toMatchObject({ "proposal.md": "# Move the jetty\n" });
  });

  test("leaves the previous index that it could read, so that a repair that is killed can be done again", async () => {
    const { checkpoints, storePath } = await copyStore("stores", "corrupt-index");
    await checkpoints.repair();
    expect(() => parseIndex(readFileSync(join(storePath, "state.json.previous"), "utf8"), "state.json.previous")).not.toThrow();
  });

  test("takes the name of the change from the manifests, also in a directory that was renamed", async () => {
    const { directory } = await copyStore("stores", "missing-index");
    renameSync(directory, `${directory}-renamed`);
    const checkpoints = await openCheckpoints(`${directory}-renamed`, { config: { durability: "none" } });
    await checkpoints.repair();
    const index = JSON.parse(readFileSync(join(`${directory}-renamed`, ".checkpoints/state.json"), "utf8")) as { change_id: string };
    expect(index.change_id).toBe("add-tide-gauge");
  });

  async function expectSound(checkpoints: Checkpoints, storePath: string): Promise<void> {
    expect(schemaProblems("index", JSON.parse(readFileSync(join(storePath, "state.json"), "utf8")))).toEqual([]);
    expect(await checkpoints.verify()).toMatchObject({ isWhole: true, foreign: [] });
  }
});

/** Makes the process in an index or a lock one of this machine, from before its last start: provably dead. */
function moveToThisMachine(path: string): void {
  writeFileSync(path, readFileSync(path, "utf8").replaceAll('"host": "quay"', `"host": ${JSON.stringify(hostname())}`));
}

/** File texts, and `-> target` for symlinks, by path. */
function filesOf(directory: string): Record<string, string> {
  const entries = Object.entries(pictureOf(directory)).filter(([path]) => path !== "." && !path.endsWith("/"));
  return Object.fromEntries(entries.map(([path, picture]) => [path, picture.replace(/^\S+ \S+ /, "")]));
}

function withBytes(tree: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(tree).map(([name, content]) => [decodePercent(name), content]));
}

function bytesIn(tree: Record<string, string> = {}): number {
  return Object.values(tree).reduce((sum, content) => sum + (content.startsWith("-> ") ? 0 : Buffer.byteLength(content)), 0);
}

function modeOf(directory: string, path: string): string {
  return (lstatSync(join(directory, path)).mode & 0o777).toString(8);
}

function timesOf(directory: string, paths: readonly string[]): bigint[] {
  const bytesOf = (path: string): Buffer => Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(decodePercent(path), "latin1")]);
  return paths.map((path) => lstatSync(bytesOf(path), { bigint: true }).mtimeNs / 1000n);
}
