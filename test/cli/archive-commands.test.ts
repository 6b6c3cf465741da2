import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BINARY, runBinary, runLine } from "../end-to-end/command-line.js";
import { spawnSync } from "node:child_process";
import { tempChange, tempFolder } from "../support/temp-change.js";

test("export and import tell what they did", async () => {
  const change = await tempChange({ "a.txt": "1" });
  const { id } = await change.checkpoints.create({ step: 1 });
  const folder = tempFolder();
  const exported = await runLine(change.directory, ["export", "latest", "-o", join(folder, "one.tar")]);
  expect(exported.out.replace(/\d\.\d kB/, "SIZE")).toBe(`✓ Exported 1 checkpoint to ${folder}/one.tar (SIZE)\n  ${id}: 1 file, 1 byte\n`);
  const imported = await runLine(change.directory, ["import", join(folder, "one.tar")]);
  expect(imported.out).toBe(`✓ Imported 1 checkpoint\n  ${id}-2: 1 file, 1 byte (${id} where it was made)\n`);
  expect((await runLine(change.directory, ["show", `${id}-2`])).out).toContain(`Imported from: my-feature (${id})`);

  const json = await runLine(change.directory, ["export", id, "--json", "--output", "here.tar.gz"]);
  expect(JSON.parse(json.out)).toMatchObject({ checkpoints: [{ checkpoint_id: id }], path: join(change.directory, "here.tar.gz") });
  const inside = await runLine(change.directory, ["export", id, "-o", "here.tar.gz"]);
  expect(inside.err).toContain("the next checkpoint will hold it");
  expect(await runLine(change.directory, ["export", id, "-q", "-o", join(folder, "quiet.tgz")])).toMatchObject({
    status: 0,
    out: "",
    err: "",
  });
});

test("an archive goes through a pipe, byte for byte as into a file", async () => {
  const change = await tempChange({ "a.txt": "x".repeat(300_000), "b.bin": Buffer.from([0, 255, 10, 13]) });
  const { id } = await change.checkpoints.create({ step: 1 });
  const folder = tempFolder();
  runBinary(change.directory, ["export", id, "-o", join(folder, "file.tar.gz")]);
  const piped = spawnSync(process.execPath, [BINARY, "export", id, "-o", "-"], { cwd: change.directory });
  expect(piped.status).toBe(0);
  expect(piped.stderr.toString()).toContain("✓ Exported 1 checkpoint to stdout");
  expect(piped.stdout.equals(readFileSync(join(folder, "file.tar.gz")))).toBe(true);
  const other = await tempChange();
  const imported = spawnSync(process.execPath, [BINARY, "import", "-"], { cwd: other.directory, input: piped.stdout, encoding: "utf8" });
  expect(imported).toMatchObject({ status: 0, stderr: "" });
  expect(await other.checkpoints.verify()).toMatchObject({ isWhole: true });
});

test("no archive comes from a terminal or goes to one", async () => {
  const change = await tempChange({ "a.txt": "1" });
  await change.checkpoints.create();
  expect(await runLine(change.directory, ["export", "latest", "-o", "-"], { isOutputTerminal: true })).toMatchObject({
    status: 2,
    out: "",
  });
  expect(await runLine(change.directory, ["export", "latest", "-o", "-", "--json"])).toMatchObject({ status: 2, out: "" });
  expect(await runLine(change.directory, ["import", "-"], { openInput: () => null })).toMatchObject({ status: 2, out: "" });
});

test("no archive goes into the store, also by way of a link", async () => {
  const change = await tempChange({ "a.txt": "1" });
  await change.checkpoints.create();
  symlinkSync(".checkpoints/manifests", join(change.directory, "way"));
  for (const file of [".checkpoints/one.tar", "way/one.tar"]) {
    expect(await runLine(change.directory, ["export", "latest", "-o", file])).toMatchObject({ status: 12, out: "" });
  }
  expect(await change.checkpoints.verify()).toMatchObject({ isWhole: true, foreign: [] });
});

test("an archive whose reader goes away is not told to be exported", async () => {
  const change = await tempChange({ "a.txt": "1" });
  await change.checkpoints.create();
  const cut = await runLine(change.directory, ["export", "latest", "-o", "-"], { drain: () => Promise.resolve("gone" as const) });
  expect(cut.status).toBe(12);
  expect(cut.err).not.toContain("Exported");
});

test("what is refused has its exit status and says that nothing was taken in", async () => {
  const change = await tempChange({ "a.txt": "1" });
  writeFileSync(join(change.directory, "no.tar"), "no archive");
  const refused = await runLine(change.directory, ["import", "no.tar"]);
  expect(refused.status).toBe(12);
  expect(refused.err).toContain("Nothing was imported.");
  expect((await runLine(change.directory, ["import", "none.tar"])).status).toBe(10);
  expect((await runLine(change.directory, ["export", "latest", "-o", "x.zip"])).status).toBe(10);
});
