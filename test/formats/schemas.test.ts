import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  CHECKPOINT_TYPES,
  INDEX_FORMAT_VERSION,
  MANIFEST_FORMAT_VERSION,
  PHASES,
  STAGES,
  STATE_COUNTERS,
  toSnakeKey,
  UNCAPTURED_REASONS,
} from "../../src/formats/index.js";
import { FILE_COLUMNS, SYMLINK_COLUMNS } from "../../src/formats/manifest-rows.js";
import { INDEX_KEYS, RECORD_KEYS } from "../../src/formats/record-form.js";
import { acquireLock, readOwnIdentity } from "../../src/platform/index.js";
import { tempChange, tempFolder } from "../support/temp-change.js";
import { SCHEMAS, schemaProblems, type Schema } from "./schemas.js";

const record = SCHEMAS["index"]?.definitions?.["record"];

describe("the schemas and the code agree", () => {
  test.each<[string, unknown, unknown]>([
    ["the columns of a file's row", property("manifest", "file_columns")?.const, FILE_COLUMNS],
    ["the columns of a symlink's row", property("manifest", "symlink_columns")?.const, SYMLINK_COLUMNS],
    ["the reasons for leaving a path out", property("manifest", "uncaptured")?.items?.properties?.["reason"]?.enum, UNCAPTURED_REASONS],
    ["the types of checkpoints", record?.properties?.["type"]?.enum, CHECKPOINT_TYPES],
    ["the phases", record?.properties?.["phase"]?.enum, [...PHASES, null]],
    ["the stages", record?.properties?.["stage"]?.enum, [...STAGES, null]],
    [
      "the counters of a state",
      Object.keys(record?.properties?.["state"]?.anyOf?.at(-1)?.properties ?? {}),
      STATE_COUNTERS.map((counter) => toSnakeKey(counter)),
    ],
    ["the keys of a record", new Set(Object.keys(record?.properties ?? {})), RECORD_KEYS],
    ["the keys of an index", new Set(Object.keys(SCHEMAS["index"]?.properties ?? {})), INDEX_KEYS],
    ["the version of an index", property("index", "format_version")?.const, INDEX_FORMAT_VERSION],
    ["the version of a manifest", property("manifest", "format_version")?.const, MANIFEST_FORMAT_VERSION],
  ])("on %s", (_, inSchema, inCode) => {
    expect(inSchema).toEqual(inCode);
  });

  test("every schema refuses what is not its document", () => {
    for (const name of Object.keys(SCHEMAS)) for (const other of [null, [], {}, 7]) expect(schemaProblems(name, other)).not.toEqual([]);
  });
});

describe("what stepback writes is as its schema says", () => {
  test("the index and the manifests of a store with a history", async () => {
    const change = await tempChange({ "a.txt": "one", "sub/b.txt": "two", link: { link: "a.txt" } });
    const { checkpoints, directory } = change;
    const words = {
      notes: "note",
      stepName: "name",
      taskId: "7",
      stage: "start",
      phase: "plan",
      tags: ["tag"],
      metadata: { a: "b" },
      sessionId: "s",
      workflowId: "w",
      state: { testsPassing: 3 },
    } as const;
    const { id } = await checkpoints.create({ step: 1, ...words });
    await checkpoints.run({ command: ["true"], verify: "exit 3", cwd: directory, step: 2 });
    change.edit({ "a.txt": "two", "sub/b.txt": null });
    await checkpoints.restore(id, { paths: ["a.txt"] });
    await checkpoints.undo();
    await checkpoints.pin(id);
    await checkpoints.delete(["step02"]);
    expect(problemsInStore(checkpoints.storePath)).toEqual([]);
  });

  test("a manifest that is large enough to be compressed", async () => {
    const change = await tempChange({});
    // The rules are part of the manifest: it gets large without thousands of files.
    change.edit({ ".checkpointignore": "nothing-like-it-anywhere/\n".repeat(25_000), "a.txt": "one" });
    const { id } = await change.checkpoints.create();
    const names = readdirSync(join(change.checkpoints.storePath, "manifests"));
    expect(names).toEqual([`${id}.json.gz`]);
    expect(problemsInStore(change.checkpoints.storePath)).toEqual([]);
    change.edit({ "a.txt": "two" });
    await change.checkpoints.restore(id);
    expect(change.files()).toMatchObject({ "a.txt": "one" });
    expect((await change.checkpoints.verify()).isWhole).toBe(true);
    await change.checkpoints.delete([id]);
    expect(readdirSync(join(change.checkpoints.storePath, "manifests"))).not.toContain(`${id}.json.gz`);
  });

  test("a lock", async () => {
    const path = join(tempFolder(), "lock");
    const lock = await acquireLock(path, { owner: readOwnIdentity(), command: "stepback create", now: () => new Date(), waitMs: 0 });
    expect(schemaProblems("lock", readJson(path))).toEqual([]);
    lock.release();
  });

  test("the lock of a store that is being written to", async () => {
    const { checkpoints, directory } = await tempChange({ "a.txt": "one" });
    const signal = new EventTarget();
    const onProgress = (): void => void signal.dispatchEvent(new Event("locked"));
    const locked = once(signal, "locked").then(() => readJson(join(directory, ".checkpoints/lock")));
    await checkpoints.create({ onProgress });
    expect(schemaProblems("lock", await locked)).toEqual([]);
  });
});

function property(schema: string, key: string): Schema | undefined {
  return SCHEMAS[schema]?.properties?.[key];
}

function problemsInStore(storePath: string): string[] {
  const manifests = readdirSync(join(storePath, "manifests")).map((name) => join(storePath, "manifests", name));
  expect(manifests).not.toEqual([]);
  return [
    ...schemaProblems("index", readJson(join(storePath, "state.json"))),
    ...manifests.flatMap((path) => schemaProblems("manifest", readJson(path))),
  ];
}

function readJson(path: string): unknown {
  const bytes = readFileSync(path);
  return JSON.parse((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString());
}
