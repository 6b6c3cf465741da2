import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tempChange } from "../support/temp-change.js";

async function twoCheckpoints() {
  const change = await tempChange({ "a.txt": "one" });
  const { checkpoints } = change;
  const first = await checkpoints.create({ step: 1, notes: "the first" });
  change.edit({ "a.txt": "two" });
  const second = await checkpoints.create({ step: 2 });
  await checkpoints.pin(first.id);
  const indexPath = join(checkpoints.storePath, "state.json");
  const alter = (from: string | RegExp, to: string): void => {
    const text = readFileSync(indexPath, "utf8");
    expect(text).toMatch(from);
    writeFileSync(indexPath, text.replace(from, to));
  };
  return { change, checkpoints, first, second, indexPath, alter };
}

describe("an index that was altered is refused", () => {
  test.each<[string, string | RegExp, string]>([
    ["when the order of checkpoints is another one", '"sequence":1', '"sequence":3'],
    ["when a step is another one", '"step_number":2', '"step_number":3'],
    ["when a type is another one", '"type":"step"', '"type":"backup"'],
    ["when a time is another one", /"timestamp":"2\d{3}/, '"timestamp":"3000'],
    ["when the hash of a manifest is gone", '"manifest_sha256"', '"manifest_sha257"'],
    ["when an id is that of no checkpoint", /"checkpoint_id":"checkpoint-\d/, '"checkpoint_id":"checkpoint-9'],
    ["when it lost its version, rather than read as a legacy one", '"format_version"', '"gormat_version"'],
  ])("%s; a repair puts it right", async (_, from, to) => {
    const { change, checkpoints, first, second, alter } = await twoCheckpoints();
    alter(from, to);
    const before = change.picture();
    for (const id of ["latest", "step:2", first.id]) {
      await expect(checkpoints.restore(id)).rejects.toMatchObject({ code: "INDEX_UNUSABLE", exitStatus: 12 });
    }
    expect(change.picture()).toEqual(before);
    expect(await checkpoints.repair()).toMatchObject({ indexRebuilt: true });
    expect(await checkpoints.list()).toMatchObject({ checkpoints: [{ id: first.id }, { id: second.id }], warnings: [] });
    await checkpoints.restore("step:1");
    expect(change.files()).toEqual({ "a.txt": "one" });
  });
});

describe("an index that was altered is taken as it stands", () => {
  test("with a warning, when only words, tags or pins differ; the next write confirms them", async () => {
    const { checkpoints, first, alter } = await twoCheckpoints();
    alter('"notes":"the first"', '"notes":"by another hand"');
    const { warnings } = await checkpoints.list();
    expect(warnings).toEqual([expect.stringContaining("state.json was altered")]);
    expect(await checkpoints.create()).toMatchObject({ warnings });
    expect((await checkpoints.list()).warnings).toEqual([]);
    expect(await checkpoints.find(first.id)).toMatchObject({ notes: "by another hand", isPinned: true });
  });

  test("without a word, when it was only laid out anew, or bears no hash", async () => {
    const { checkpoints, first, indexPath } = await twoCheckpoints();
    const json = JSON.parse(readFileSync(indexPath, "utf8")) as { index_crc32?: string; a_key_of_others?: number };
    writeFileSync(indexPath, JSON.stringify(json, null, 8));
    expect((await checkpoints.list()).warnings).toEqual([]);
    delete json.index_crc32;
    json.a_key_of_others = 7;
    writeFileSync(indexPath, JSON.stringify(json));
    expect((await checkpoints.list()).warnings).toEqual([]);
    await checkpoints.unpin(first.id);
    expect(JSON.parse(readFileSync(indexPath, "utf8"))).toMatchObject({
      a_key_of_others: 7,
      index_crc32: expect.stringMatching(/^[0-9a-f]{8}$/) as unknown,
    });
  });
});
