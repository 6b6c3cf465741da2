import { execFileSync, spawnSync } from "node:child_process";
import { createReadStream, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as zlib from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillGnarly } from "../support/crash/gnarly-change.js";
import { requires } from "../support/requirements.js";
import { StepbackError } from "../../src/index.js";
import { pictureOf, tempChange, tempFolder } from "../support/temp-change.js";

const HAS_ZSTD = "createZstdCompress" in zlib;
const LONG = "l".repeat(120);
const FILES = {
  "proposal.md": "# Proposal\n",
  "specs/gauge/spec.md": "## Requirement\n",
  "empty/": "",
  "größe und mehr.txt": "ä",
  "back\\slash": "b",
  [`${LONG}/${LONG}/${LONG}/deep.txt`]: "deep",
  link: { link: "../nowhere" },
  "far-link": { link: `${LONG}/${LONG}/${LONG}/deep.txt` },
};

describe("an exported checkpoint", () => {
  test("comes back in another directory, to the microsecond, with what was said of it", async () => {
    const change = await tempChange();
    fillGnarly(change);
    const { id } = await change.checkpoints.create({ step: 2, stepName: "Specs", notes: "before", tags: ["a"] });
    await change.checkpoints.note(id, "noted later");
    await change.checkpoints.pin(id);
    const archive = join(tempFolder(), "one.tar.gz");
    const exported = await change.checkpoints.exportArchive(["latest"], { output: archive });
    expect(exported).toMatchObject({ checkpoints: [{ id }], archiveBytes: statSync(archive).size });
    expect(statSync(archive).mode & 0o777).toBe(0o600);

    const other = await tempChange({ "mine.md": "to go" });
    const { checkpoints: imported } = await other.checkpoints.importArchive(archive);
    const origin = { changeId: "my-feature", id };
    expect(imported).toMatchObject([
      { id, sequence: 1, stepNumber: 2, stepName: "Specs", notes: "noted later", tags: ["a"], isPinned: false, importedFrom: origin },
    ]);
    expect(await other.checkpoints.verify()).toMatchObject({ isWhole: true });
    expect((await other.checkpoints.find(id)).importedFrom).toMatchObject(origin);
    await other.checkpoints.restore(id);
    expect(other.picture()).toEqual(change.picture());
  });

  test("gives the same bytes every time, whatever happened to the store meanwhile", async () => {
    const change = await tempChange(FILES);
    const { id } = await change.checkpoints.create({ step: 1 });
    const folder = tempFolder();
    await change.checkpoints.exportArchive([id], { output: join(folder, "first.tgz") });
    change.edit({ "proposal.md": "changed" });
    await change.checkpoints.create();
    await change.checkpoints.restore(id);
    await change.checkpoints.pin(id);
    const later = await change.reopen({ now: () => new Date("2030-01-01T00:00:00Z") });
    await later.exportArchive([id, id], { output: join(folder, "second.tgz") });
    const [first, second] = ["first.tgz", "second.tgz"].map((name) => readFileSync(join(folder, name)));
    expect(second?.equals(first as Buffer)).toBe(true);
    expect([...(first as Buffer).subarray(4, 10)]).toEqual([0, 0, 0, 0, 0, 255]);
  });

  requires("sha256sum").test("is unpacked by a plain tar to the plain tree, which sha256sum checks", async () => {
    const change = await tempChange();
    fillGnarly(change);
    change.edit(FILES);
    const { id } = await change.checkpoints.create({ step: 1 });
    const folder = tempFolder();
    await change.checkpoints.exportArchive([id], { output: join(folder, "one.tar.gz") });
    const unpacked = join(folder, "unpacked");
    mkdirSync(unpacked);
    execFileSync("tar", ["xzpf", "../one.tar.gz"], { cwd: unpacked });
    expect(readdirSync(unpacked).sort()).toEqual([id, `${id}.manifest.json`, `${id}.sha256`, "stepback-archive.json"]);
    expect(wholeSeconds(pictureOf(join(unpacked, id)))).toEqual(wholeSeconds(change.picture()));
    const { status, stderr } = spawnSync("sha256sum", ["-c", "--quiet", `${id}.sha256`], { cwd: unpacked, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("shares its files with the others of its archive again", async () => {
    const change = await tempChange({ "same.bin": "x".repeat(100_000), "twin.bin": "x".repeat(100_000), "a.txt": "1" });
    const first = await change.checkpoints.create({ step: 1 });
    change.edit({ "a.txt": "2" });
    const second = await change.checkpoints.create({ step: 2 });
    const archive = join(tempFolder(), "two.tar");
    await change.checkpoints.exportArchive([second.id, first.id], { output: archive });
    const other = await tempChange();
    const { checkpoints } = await other.checkpoints.importArchive(archive);
    expect(checkpoints.map(({ id, sequence }) => [id, sequence])).toEqual([
      [first.id, 1],
      [second.id, 2],
    ]);
    const [stored = "", again = ""] = checkpoints.map(({ storedPath }) => storedPath);
    expect(statSync(join(again, "same.bin")).ino).toBe(statSync(join(stored, "same.bin")).ino);
    expect(statSync(join(stored, "twin.bin")).ino).not.toBe(statSync(join(stored, "same.bin")).ino);
    expect(statSync(join(again, "twin.bin")).nlink).toBeLessThan(3);
    expect(await other.checkpoints.verify()).toMatchObject({ isWhole: true });
  });

  test("is the newest where it comes in, under a new id when its own is taken, and no backup any more", async () => {
    const change = await tempChange({ "a.txt": "1" });
    const { id } = await change.checkpoints.create({ step: 1 });
    change.edit({ "a.txt": "2" });
    const { backup } = await change.checkpoints.restore(id);
    const archive = join(tempFolder(), "both.tar.gz");
    await change.checkpoints.exportArchive([id, backup?.id ?? ""], { output: archive });
    const { checkpoints } = await change.checkpoints.importArchive(archive);
    expect(checkpoints).toMatchObject([
      { id: `${id}-3`, sequence: 3, type: "step", importedFrom: { id } },
      { id: `${backup?.id}-4`, sequence: 4, type: "manual", backupOf: null, importedFrom: { id: backup?.id } },
    ]);
    expect((await change.checkpoints.find("backup")).id).toBe(backup?.id);
    // The next one neither collides nor takes a file for unchanged that is not.
    change.edit({ "a.txt": "3" });
    const next = await change.checkpoints.create({ step: 1 });
    expect(readFileSync(join(next.storedPath, "a.txt"), "utf8")).toBe("3");
    expect(await change.checkpoints.verify()).toMatchObject({ isWhole: true });
  });

  test("of a legacy store, which no write has upgraded yet, comes along too", async () => {
    const { copyStore } = await import("../store/copied-store.js");
    const legacy = await copyStore("legacy", "plain");
    const archive = join(tempFolder(), "legacy.tar.gz");
    const { checkpoints: exported } = await legacy.checkpoints.exportArchive(["latest"], { output: archive });
    const other = await tempChange();
    const { checkpoints } = await other.checkpoints.importArchive(archive);
    expect(checkpoints.map(({ id }) => id)).toEqual(exported.map(({ id }) => id));
    expect(await other.checkpoints.verify()).toMatchObject({ isWhole: true });
  });

  test("comes in from a stream that is cut anywhere", async () => {
    const change = await tempChange(FILES);
    const { id } = await change.checkpoints.create();
    const archive = join(tempFolder(), "one.tgz");
    await change.checkpoints.exportArchive([id], { output: archive });
    for (const highWaterMark of [1, 511, 70_000]) {
      const other = await tempChange();
      await other.checkpoints.importArchive(createReadStream(archive, { highWaterMark }));
      expect(await other.checkpoints.verify()).toMatchObject({ isWhole: true });
    }
  });

  test("of a random tree comes back as it was", async () => {
    const name = fc.stringMatching(/^[a-cä .\\]{1,3}$/).filter((text) => text.trim() === text && !/^\.+$/.test(text));
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
    const spec = fc.oneof(
      fc.string({ maxLength: 1200 }),
      fc.record({ link: fc.constantFrom("a", "../..", "ä".repeat(60), "b".repeat(300)) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(path, spec, { maxKeys: 12 }), async (files) => {
        const paths = Object.keys(files);
        fc.pre(!paths.some((one) => paths.some((other) => other.startsWith(`${one}/`))));
        const change = await tempChange(files);
        const { id } = await change.checkpoints.create();
        const archive = join(tempFolder(), "random.tar");
        await change.checkpoints.exportArchive([id], { output: archive });
        const other = await tempChange();
        await other.checkpoints.importArchive(archive);
        await other.checkpoints.restore(id);
        expect(other.picture()).toEqual(change.picture());
      }),
      { numRuns: 15 },
    );
  });
});

describe("a file of an archive", () => {
  test("is compressed as its name says", async () => {
    const change = await tempChange({ "a.txt": "1" });
    const { id } = await change.checkpoints.create();
    const folder = tempFolder();
    const write = (name: string) => change.checkpoints.exportArchive([id], { output: join(folder, name) });
    await write("plain.tar");
    await write("packed.TGZ");
    expect(zlib.gunzipSync(readFileSync(join(folder, "packed.TGZ"))).equals(readFileSync(join(folder, "plain.tar")))).toBe(true);
    await expect(write("archive.zip")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test("can be compressed with zstd where Node has it; where it has none, that is said", async () => {
    const change = await tempChange({ "a.txt": "1" });
    const { id } = await change.checkpoints.create();
    const archive = join(tempFolder(), "packed.tar.zst");
    const outcome = change.checkpoints.exportArchive([id], { output: archive }).then(
      async () => (await (await tempChange()).checkpoints.importArchive(archive)).checkpoints.length,
      (error: unknown) => (error instanceof StepbackError ? error.code : error),
    );
    expect(await outcome).toBe(HAS_ZSTD ? 1 : "COMPRESSION_UNSUPPORTED");
    writeFileSync(archive, Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0]));
    const code = HAS_ZSTD ? "ARCHIVE_INVALID" : "COMPRESSION_UNSUPPORTED";
    await expect(change.checkpoints.importArchive(archive)).rejects.toMatchObject({ code });
  });

  test("is as it was, or not there, when the export fails", async () => {
    const change = await tempChange({ "a.txt": "sound", "b.txt": "sound as well" });
    const { id, storedPath } = await change.checkpoints.create();
    const folder = tempFolder();
    const output = join(folder, "one.tar.gz");
    await change.checkpoints.exportArchive([id], { output });
    const was = readFileSync(output);
    execFileSync("sh", ["-c", "chmod u+w b.txt && printf 'broken as well' | head -c 13 > b.txt"], { cwd: storedPath });
    await expect(change.checkpoints.exportArchive([id], { output })).rejects.toMatchObject({ code: "DAMAGED" });
    await expect(change.checkpoints.exportArchive([id], { output: join(folder, "two.tar.gz") })).rejects.toMatchObject({ code: "DAMAGED" });
    expect(readdirSync(folder)).toEqual(["one.tar.gz"]);
    expect(readFileSync(output).equals(was)).toBe(true);
  });

  test("never takes the place of anything but a file", async () => {
    const change = await tempChange({ "a.txt": "1" });
    const { id } = await change.checkpoints.create();
    const folder = tempFolder();
    mkdirSync(join(folder, "folder.tar"));
    execFileSync("mkfifo", [join(folder, "pipe.tar")]);
    symlinkSync("nowhere.tar", join(folder, "dangling.tar"));
    symlinkSync("real.tar", join(folder, "link.tar"));
    writeFileSync(join(folder, "real.tar"), "old");
    for (const name of ["folder.tar", "pipe.tar", "dangling.tar", "no-folder/x.tar"]) {
      await expect(change.checkpoints.exportArchive([id], { output: join(folder, name) })).rejects.toMatchObject({
        code: "OUTPUT_UNUSABLE",
      });
    }
    await change.checkpoints.exportArchive([id], { output: join(folder, "link.tar") });
    expect(readdirSync(folder).sort()).toEqual(["dangling.tar", "folder.tar", "link.tar", "pipe.tar", "real.tar"]);
    expect(readFileSync(join(folder, "real.tar"), "latin1")).toContain("stepback-archive.json");
  });

  test("can be given up on the way, in both directions", async () => {
    const change = await tempChange(Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`${at}.txt`, "x".repeat(5000)])));
    const { id } = await change.checkpoints.create();
    const folder = tempFolder();
    const archive = join(folder, "one.tar");
    await change.checkpoints.exportArchive([id], { output: archive });
    const aborted = AbortSignal.abort();
    await expect(change.checkpoints.exportArchive([id], { output: join(folder, "two.tar"), signal: aborted })).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    expect(readdirSync(folder)).toEqual(["one.tar"]);
    const other = await tempChange();
    const stop = new AbortController();
    const importing = other.checkpoints.importArchive(archive, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(importing).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(readdirSync(other.directory)).toEqual([]);
  });

  test("that is not there, or is a folder, is said so", async () => {
    const change = await tempChange();
    await expect(change.checkpoints.importArchive("/no/such.tar")).rejects.toMatchObject({ code: "ARCHIVE_NOT_FOUND" });
    await expect(change.checkpoints.importArchive(change.directory)).rejects.toMatchObject({ code: "ARCHIVE_INVALID" });
    expect(readdirSync(change.directory)).toEqual([]);
  });
});

/** A plain tar keeps whole seconds. */
function wholeSeconds(picture: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(picture).map(([path, text]) => [
      path,
      text.replace(/^(\S+) (-?\d+)/, (_, mode: string, time: string) => `${mode} ${Math.floor(Number(time) / 1e6)}`),
    ]),
  );
}
