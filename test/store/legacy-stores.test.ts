import { createHash } from "node:crypto";
import { copyFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeManifest } from "../../src/formats/index.js";
import { toJsonForm, type Checkpoint, type Checkpoints } from "../../src/index.js";
import { schemaProblems } from "../formats/schemas.js";
import { pictureOf } from "../support/temp-change.js";
import { caseNames, copyStore, pictureBelow, readExpected, type CopiedStore } from "./copied-store.js";

interface Expected {
  change_id: string;
  checkpoints: { checkpoint_id: string; created_at: string; files: string[]; [key: string]: unknown }[];
  dropped: { checkpoint_id: string }[];
  never_captured?: string[];
  left_untouched?: { file: string; sha256: string }[];
  unknown_keys?: { index?: Record<string, unknown>; checkpoints?: Record<string, Record<string, unknown>> };
}

/** Cases with an entry that lists no files and never had a folder. */

describe.each(caseNames("legacy"))("the legacy store %s", (name) => {
  const expected = readExpected("legacy", name) as Expected;
  const copy = (): Promise<CopiedStore> => copyStore("legacy", name);

  test("lists exactly its checkpoints, in order, and names what is left out", async () => {
    const { checkpoints, warnings } = await (await copy()).checkpoints.list();
    expect(checkpoints.map(describeAsExpected)).toEqual(expected.checkpoints);
    for (const { checkpoint_id: id } of expected.dropped) expect(warnings.join("\n")).toContain(id);
    expect(warnings).toHaveLength(expected.dropped.length);
  });

  test("is not written by reading", async () => {
    const change = await copy();
    const before = pictureBelow(change.directory, { times: true });
    await readEverything(change.checkpoints);
    expect(pictureBelow(change.directory, { times: true })).toEqual(before);
  });

  test("is whole and names the files of others, before its upgrade", async () => {
    const report = await (await copy()).checkpoints.verify();
    expect(report.checkpoints.filter(({ status }) => status !== "whole")).toEqual([]);
    expect(report.foreign).toEqual((expected.left_untouched ?? []).map(({ file }) => file));
  });

  test("gives back the top-level files of each checkpoint, leaves the rest alone, and takes a backup", async () => {
    for (const { checkpoint_id: id } of expected.checkpoints) await restoreAndLook(await copy(), id);
  });

  test("is upgraded by the first write, which keeps the original and all that it does not know", async () => {
    const change = await copy();
    const before = pictureBelow(change.storePath, { times: true });
    const original = readFileSync(join(change.storePath, "state.json"));
    await change.checkpoints.pin(firstId());

    expect(readFileSync(join(change.storePath, "state.json.legacy"))).toEqual(original);
    expectUpgraded(change);
    const after = pictureBelow(change.storePath, { times: true });
    // The store itself got new names, and the index is what the upgrade replaces; everything else stays, to its times.
    const kept = Object.entries(before).filter(([path]) => path !== "." && path !== "state.json");
    expect(after).toMatchObject(Object.fromEntries(kept));
    for (const { file, sha256 } of expected.left_untouched ?? []) {
      expect(
        createHash("sha256")
          .update(readFileSync(join(change.storePath, file)))
          .digest("hex"),
      ).toBe(sha256);
    }
  });

  test("shows the same after the upgrade, and is whole", async () => {
    const { checkpoints } = await copy();
    await checkpoints.pin(firstId());
    const { checkpoints: listed, warnings } = await checkpoints.list();
    expect(listed.map(describeAsExpected)).toEqual(expected.checkpoints);
    expect(listed.map(({ isPinned }) => isPinned)).toEqual(listed.map((_, position) => position === 0));
    expect(listed.map(({ sequence }) => sequence)).toEqual(listed.map((_, position) => position + 1));
    expect(warnings).toEqual([]);
    expect(await checkpoints.verify()).toMatchObject({ isWhole: true });
  });

  test("is upgraded once", async () => {
    const change = await copy();
    await change.checkpoints.pin(firstId());
    const before = upgradedFiles(change);
    await change.checkpoints.note(firstId(), "a second write");
    await change.checkpoints.unpin(firstId());
    expect(upgradedFiles(change)).toEqual(before);
    expect(readdirSync(change.storePath)).not.toContain("state.json.legacy-2");
  });

  test.each<[string, (change: CopiedStore) => void]>([
    ["after the original was kept", () => undefined],
    ["before the original was kept", ({ storePath }) => rmSync(join(storePath, "state.json.legacy"))],
    [
      "between two manifests",
      ({ storePath }) => {
        rmSync(join(storePath, "state.json.legacy"));
        rmSync(join(storePath, "manifests", `${expected.checkpoints.at(-1)?.checkpoint_id}.json`));
      },
    ],
  ])("takes no harm from a crash in its upgrade, %s", async (_, goBack) => {
    const change = await copy();
    const index = join(change.storePath, "state.json");
    const original = readFileSync(index);
    await change.checkpoints.pin(firstId());
    copyFileSync(join(change.storePath, "state.json.legacy"), index);
    rmSync(join(change.storePath, "state.json.previous"));
    goBack(change);

    const before = pictureBelow(change.storePath, { times: true });
    expect((await change.checkpoints.list()).checkpoints.map(describeAsExpected)).toEqual(expected.checkpoints);
    expect(await change.checkpoints.verify()).toMatchObject({ isWhole: true });
    expect(pictureBelow(change.storePath, { times: true })).toEqual(before);

    await change.checkpoints.pin(firstId());
    expect(readFileSync(join(change.storePath, "state.json.legacy"))).toEqual(original);
    expect(readdirSync(change.storePath)).not.toContain("state.json.legacy-2");
    expectUpgraded(change);
    expect((await change.checkpoints.list()).checkpoints.map(describeAsExpected)).toEqual(expected.checkpoints);
  });

  function firstId(): string {
    return expected.checkpoints[0]?.checkpoint_id ?? "";
  }

  function expectUpgraded({ storePath }: CopiedStore): void {
    const index = readJson(join(storePath, "state.json"));
    expect(schemaProblems("index", index)).toEqual([]);
    expect(index).toMatchObject({ format_version: 1, change_id: expected.change_id, ...expected.unknown_keys?.index });
    const records = index["checkpoints"] as { checkpoint_id: string; manifest_sha256: string }[];
    expect(records.map((record) => record.checkpoint_id)).toEqual(expected.checkpoints.map((checkpoint) => checkpoint.checkpoint_id));
    for (const record of records) {
      expect(record).toMatchObject(expected.unknown_keys?.checkpoints?.[record.checkpoint_id] ?? {});
      const path = join(storePath, "manifests", `${record.checkpoint_id}.json`);
      expect(createHash("sha256").update(readFileSync(path)).digest("hex")).toBe(record.manifest_sha256);
      expect(statSync(path).mode & 0o777).toBe(0o400);
      const manifest = readJson(path);
      expect(schemaProblems("manifest", manifest)).toEqual([]);
      expect(manifest).toMatchObject({ scope: "top_level_files", checkpoint: { checkpoint_id: record.checkpoint_id } });
      // Nothing may be taken for unchanged on the word of a file that somebody copied.
      const { entries } = decodeManifest(readFileSync(path), path);
      expect(new Set(entries.flatMap(({ ino, ctimeNs }) => [ino, ctimeNs]))).toEqual(new Set([0n]));
    }
  }

  async function restoreAndLook(change: CopiedStore, id: string): Promise<void> {
    const { directory, storePath, checkpoints } = change;
    const stored = topLevelFiles(join(storePath, id));
    const [changed = "none.md", removed] = Object.keys(topLevelFiles(directory));
    writeFileSync(join(directory, changed), "changed since");
    if (removed !== undefined) rmSync(join(directory, removed));
    writeFileSync(join(directory, "added since.md"), "added");
    mkdirSync(join(directory, "sub"));
    writeFileSync(join(directory, "sub/kept.md"), "no legacy snapshot speaks for this");
    const folders = foldersBelow(directory);
    for (const folder of expected.never_captured ?? []) expect(folders).toHaveProperty(folder);
    const before = pictureOf(directory);

    const { backup } = await checkpoints.restore(id);
    expect(topLevelFiles(directory)).toEqual(stored);
    expect(foldersBelow(directory)).toEqual(folders);
    expect(backup).toMatchObject({ type: "backup", backupOf: id });
    expect(await checkpoints.list()).toMatchObject({ warnings: [] });
    expect(await checkpoints.find(id)).toMatchObject({ rollbackUsed: true, rollbackCount: 1 });

    await checkpoints.undo();
    expect(pictureOf(directory)).toEqual(before);
  }
});

describe("a legacy store is upgraded by every command that writes", () => {
  const id = "checkpoint-20250914-094107-step04";
  test.each<[string, (checkpoints: Checkpoints, directory: string) => Promise<unknown>]>([
    ["create", (checkpoints) => checkpoints.create()],
    ["restore", (checkpoints) => checkpoints.restore(id)],
    ["delete", (checkpoints) => checkpoints.delete([id])],
    ["clean", (checkpoints) => checkpoints.clean({ keepLast: 2 })],
    ["pin", (checkpoints) => checkpoints.pin(id)],
    ["tag", (checkpoints) => checkpoints.tag(id, { add: ["adopted"] })],
    ["note", (checkpoints) => checkpoints.note(id, "adopted")],
    ["mark", (checkpoints) => checkpoints.markSuccess(id, false)],
    ["repair", (checkpoints) => checkpoints.repair()],
    ["run", (checkpoints, cwd) => checkpoints.run({ command: ["true"], cwd })],
  ])("%s", async (_, write) => {
    const { checkpoints, directory, storePath } = await copyStore("legacy", "one-of-everything");
    const original = readFileSync(join(storePath, "state.json"));
    await write(checkpoints, directory);
    expect(readFileSync(join(storePath, "state.json.legacy"))).toEqual(original);
    expect(schemaProblems("index", readJson(join(storePath, "state.json")))).toEqual([]);
    expect(await checkpoints.verify()).toMatchObject({ isWhole: true, foreign: ["session.json", "workflow_state.json"] });
    expect(await checkpoints.list()).toMatchObject({ warnings: [] });
  });
});

test("a checkpoint after the upgrade speaks for the sub-folders too, and takes its place at the end", async () => {
  const { checkpoints, directory } = await copyStore("legacy", "plain");
  const { id, sequence } = await checkpoints.create({ step: 5 });
  expect(sequence).toBe(4);
  rmSync(join(directory, "specs"), { recursive: true });
  await checkpoints.restore(id);
  expect(readdirSync(join(directory, "specs"))).toEqual(["berth-map"]);
});

test("a key of the original that bears a name of ours is kept under another one", async () => {
  const { checkpoints, storePath } = await copyStore("legacy", "plain");
  const path = join(storePath, "state.json");
  const index = readJson(path);
  const [first] = index["checkpoints"] as Record<string, unknown>[];
  Object.assign(index, { next_sequence: "theirs" });
  Object.assign(first ?? {}, { pinned: "theirs", sequence: "a" });
  writeFileSync(path, JSON.stringify(index));
  await checkpoints.pin("step04");
  const upgraded = readJson(path);
  expect(upgraded).toMatchObject({ next_sequence: 4, legacy_next_sequence: "theirs" });
  expect((upgraded["checkpoints"] as unknown[])[0]).toMatchObject({
    legacy_pinned: "theirs",
    sequence: 1,
    legacy_sequence: "a",
  });
});

test("folders and symlinks that somebody put into a legacy snapshot are named as not captured", async () => {
  const { checkpoints, storePath } = await copyStore("legacy", "plain");
  mkdirSync(join(storePath, "checkpoint-20251020-143025-step02/sub"));
  const { entries, uncaptured } = await checkpoints.manifest("step02");
  expect(entries.map(({ path }) => path)).toEqual(["", "proposal.md", "todo.md"]);
  expect(uncaptured).toMatchObject([{ path: "sub", reason: "outside_scope" }]);
});

test("a legacy snapshot may hold a name that is not valid UTF-8", async () => {
  const { checkpoints, storePath } = await copyStore("legacy", "plain");
  const id = "checkpoint-20251020-143025-step02";
  writeFileSync(Buffer.concat([Buffer.from(`${storePath}/${id}/caf`), Buffer.of(0xe9)]), "bytes");
  expect((await checkpoints.find(id)).fileCount).toBe(3);
  await checkpoints.pin(id);
  expect(await checkpoints.verify()).toMatchObject({ isWhole: true });
});

test("an original that a crash kept only half of is replaced by the whole one", async () => {
  const { checkpoints, storePath } = await copyStore("legacy", "plain");
  const original = readFileSync(join(storePath, "state.json"));
  writeFileSync(join(storePath, "state.json.legacy"), original.subarray(0, 100));
  await checkpoints.pin("step04");
  expect(readFileSync(join(storePath, "state.json.legacy"))).toEqual(original);
});

async function readEverything(checkpoints: Checkpoints): Promise<void> {
  const { checkpoints: listed } = await checkpoints.list();
  for (const { id } of listed) {
    await checkpoints.find(id);
    await checkpoints.manifest(id);
    await checkpoints.planRestore(id);
  }
  await checkpoints.verify();
  await checkpoints.status();
  await checkpoints.history();
  await checkpoints.clean({ keepLast: 1 }, { dryRun: true });
}

function describeAsExpected(checkpoint: Checkpoint): unknown {
  const json = toJsonForm(checkpoint) as Record<string, unknown>;
  return {
    checkpoint_id: json["checkpoint_id"],
    type: json["type"],
    step_number: json["step_number"],
    step_name: json["step_name"],
    created_at: json["timestamp"],
    success: json["success"],
    git_commit: json["git_commit"],
    notes: json["notes"],
    files: [...checkpoint.files].sort(),
    file_count: json["file_count"],
    total_bytes: json["total_bytes"],
  };
}

/** The regular files directly in a folder, with mode, time and content; none for a folder that is not there. */
function topLevelFiles(folder: string): Record<string, string> {
  const names = statSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder, { withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => [entry.name, describeFile(join(folder, entry.name))] as const);
  return Object.fromEntries(files);
}

function describeFile(path: string): string {
  const stats = lstatSync(path, { bigint: true });
  return `${(Number(stats.mode) & 0o7777).toString(8)} ${stats.mtimeNs / 1000n} ${readFileSync(path, "utf8")}`;
}

/** Every folder directly in a directory but the store, with all below it. */
function foldersBelow(directory: string): Record<string, unknown> {
  const folders = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== ".checkpoints");
  return Object.fromEntries(folders.map(({ name }) => [name, pictureBelow(join(directory, name), { times: true })]));
}

/** What only an upgrade writes. */
function upgradedFiles({ storePath }: CopiedStore): Record<string, string> {
  const picture = pictureBelow(storePath, { times: true });
  return Object.fromEntries(Object.entries(picture).filter(([path]) => path.startsWith("manifests/") || path === "state.json.legacy"));
}

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
}
