import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Checkpoint } from "../../src/index.js";
import { betweenCalls } from "../support/races/between-calls.js";
import { describeContent, readTree } from "../support/picture.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

const FILES = { "a.txt": "one", "b.txt": "two", "sub/c.txt": "three", "sub/d.txt": "four", "sub/deep/e.txt": "five", "gone/f.txt": "six" };

function storePath({ directory }: TempChange): string {
  return join(directory, ".checkpoints");
}

/** The folders of prepared snapshots, and of those under construction. */
function workFolders(change: TempChange): string[] {
  return readdirSync(storePath(change)).filter((name) => /^(tmp|trash)-/.test(name));
}

function preparedPath(change: TempChange): string {
  const [name, ...others] = workFolders(change);
  expect(others).toEqual([]);
  return join(storePath(change), name as string, "snapshot");
}

/** So old that the checkpoint after the next shares them unread. */
async function agedChange(): Promise<TempChange & { first: Checkpoint }> {
  const change = await tempChange(FILES);
  for (const name of readdirSync(change.directory, { recursive: true }) as string[]) utimesSync(join(change.directory, name), 1e9, 1e9);
  return { ...change, first: await change.checkpoints.create() };
}

function inodeOf(path: string): bigint {
  return lstatSync(path, { bigint: true }).ino;
}

async function assertTells(change: TempChange, { id, storedPath }: Checkpoint): Promise<void> {
  expect(readTree(storedPath, (path) => describeContent(path))).toEqual(change.files());
  expect((await change.checkpoints.verify()).isWhole).toBe(true);
  expect(await change.checkpoints.restore(id)).toMatchObject({ backup: null });
  expect(workFolders(change)).toEqual([]);
}

describe("a prepared snapshot", () => {
  test("is no checkpoint, and what the next one is made of", async () => {
    const change = await agedChange();
    expect(await change.checkpoints.prepareNext()).toBe(true);
    const prepared = preparedPath(change);
    expect((await change.checkpoints.list()).checkpoints).toHaveLength(1);
    expect(inodeOf(join(prepared, "sub/c.txt"))).toBe(inodeOf(join(change.first.storedPath, "sub/c.txt")));
    const folder = inodeOf(join(prepared, "sub"));
    const second = await change.checkpoints.create();
    expect(inodeOf(join(second.storedPath, "sub"))).toBe(folder);
    await assertTells(change, second);
  });

  test("gives way to whatever was changed since", async () => {
    const change = await agedChange();
    await change.checkpoints.prepareNext();
    change.edit({
      gone: null,
      "a.txt": null,
      "a.txt/now.txt": "a folder",
      "b.txt": "too",
      "sub/c.txt": { link: "d.txt" },
      "new/g.txt": "seven",
    });
    change.edit({ "sub/deep": null });
    change.edit({ "sub/deep": "now a file" });
    await assertTells(change, await change.checkpoints.create());
  });

  test("serves the backup of a restore as well", async () => {
    const change = await agedChange();
    change.edit({ "a.txt": "changed" });
    await change.checkpoints.create();
    await change.checkpoints.prepareNext();
    const folder = inodeOf(join(preparedPath(change), "sub"));
    const { backup } = await change.checkpoints.restore(change.first.id);
    expect(inodeOf(join(backup?.storedPath ?? "", "sub"))).toBe(folder);
    expect(workFolders(change)).toEqual([]);
  });

  test("gives way to a new spelling of a name, which some file systems take for the same", async () => {
    const change = await agedChange();
    await change.checkpoints.prepareNext();
    change.edit({ "a.txt": null, "A.TXT": "one", "B.txt": "beside b.txt", sub: null, "Sub/c.txt": "three" });
    const leftAtOpen: string[][] = [];
    let created: Checkpoint | undefined;
    await betweenCalls(
      async () => void (created = await change.checkpoints.create()),
      ({ name, args }) => {
        if (name === "openSync" && /\/my-feature\/(A\.TXT|B\.txt|Sub\/c\.txt)$/.test(String(args[0])))
          leftAtOpen.push(readdirSync(join(storePath(change), workFolders(change)[0] as string, "snapshot")));
      },
    );
    expect(leftAtOpen.map((names) => names.filter((name) => /^(a|b)\.txt$|^sub$/.test(name)))).toEqual([
      ["b.txt", "sub"],
      ["sub"],
      ["b.txt"],
    ]);
    await assertTells(change, created as Checkpoint);
  });

  test("is nothing for an import to build on", async () => {
    const change = await agedChange();
    const other = await tempChange({ "sub/other.txt": "from elsewhere" });
    await other.checkpoints.create();
    const archive = join(other.directory, "..", "other.tar.gz");
    await other.checkpoints.exportArchive(["latest"], { output: archive });
    await change.checkpoints.prepareNext();
    const { checkpoints } = await change.checkpoints.importArchive(archive);
    expect(readTree(checkpoints[0]?.storedPath ?? "", (path) => describeContent(path))).toEqual({ "sub/other.txt": "from elsewhere" });
    expect((await change.checkpoints.verify()).isWhole).toBe(true);
  });

  test("that somebody meddled with is believed nothing", async () => {
    const change = await agedChange();
    await change.checkpoints.prepareNext();
    const prepared = preparedPath(change);
    rmSync(join(prepared, "sub/c.txt"));
    writeFileSync(join(prepared, "sub/c.txt"), "forged");
    writeFileSync(join(prepared, "more.txt"), "forged");
    renameSync(join(prepared, "gone/f.txt"), join(prepared, "sub/deep/e.txt"));
    rmSync(join(prepared, "b.txt"));
    linkSync(join(change.first.storedPath, "a.txt"), join(prepared, "b.txt"));
    await assertTells(change, await change.checkpoints.create());
  });

  test("whose folder leads elsewhere is not followed", async () => {
    const change = await agedChange();
    await change.checkpoints.prepareNext();
    const prepared = preparedPath(change);
    const elsewhere = join(change.directory, "..", "elsewhere");
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, "c.txt"), "not ours");
    rmSync(join(prepared, "sub"), { recursive: true });
    symlinkSync(elsewhere, join(prepared, "sub"));
    await assertTells(change, await change.checkpoints.create());
    expect(readFileSync(join(elsewhere, "c.txt"), "utf8")).toBe("not ours");
  });

  test("of a checkpoint that is no longer the newest is cleared away", async () => {
    const change = await agedChange();
    await change.checkpoints.prepareNext();
    const stale = preparedPath(change);
    renameSync(join(stale, ".."), join(change.directory, "..", "kept"));
    await change.checkpoints.create();
    renameSync(join(change.directory, "..", "kept"), join(stale, ".."));
    await assertTells(change, await change.checkpoints.create());
  });

  test("stays while something is only noted, and goes before anything is deleted", async () => {
    const change = await agedChange();
    await change.checkpoints.prepareNext();
    await change.checkpoints.tag("latest", { add: ["good"] });
    expect(workFolders(change)).toHaveLength(1);
    await change.checkpoints.clean({ keepLast: 5 });
    expect(workFolders(change)).toEqual([]);
  });

  test("counts for nothing in what deleting its checkpoint would free", async () => {
    const change = await agedChange();
    const before = await change.checkpoints.sizes();
    await change.checkpoints.prepareNext();
    expect(await change.checkpoints.sizes()).toEqual(before);
    const { freedBytes } = await change.checkpoints.delete([change.first.id]);
    expect(freedBytes).toBe(before.checkpoints[0]?.uniqueBytes);
  });

  test("that is cleared away under the hands of whoever makes it is given up", async () => {
    const change = await agedChange();
    let isGone = false;
    let isReady: boolean | undefined;
    await betweenCalls(
      async () => void (isReady = await change.checkpoints.prepareNext()),
      ({ name, args }) => {
        if (isGone || name !== "linkSync" || !String(args[1]).includes("/snapshot/sub/")) return;
        isGone = true;
        for (const folder of workFolders(change)) rmSync(join(storePath(change), folder), { recursive: true });
      },
    );
    expect(isGone).toBe(true);
    expect(isReady).toBe(false);
    await assertTells(change, await change.checkpoints.create());
  });

  test("that is cleared away before there is anything in it is given up as well", async () => {
    const change = await agedChange();
    let isReady: boolean | undefined;
    await betweenCalls(
      async () => void (isReady = await change.checkpoints.prepareNext()),
      ({ name, args }) => {
        if (name === "mkdirSync" && String(args[0]).endsWith("/snapshot")) rmSync(join(String(args[0]), ".."), { recursive: true });
      },
    );
    expect(isReady).toBe(false);
    expect(workFolders(change)).toEqual([]);
  });

  test("whose making is broken off counts as far as it went, file by file", async () => {
    const change = await agedChange();
    const controller = new AbortController();
    await betweenCalls(
      async () => void (await change.checkpoints.prepareNext({ signal: controller.signal })),
      ({ name }) => void (name === "linkSync" && controller.abort()),
    );
    expect(readdirSync(preparedPath(change))).toEqual(["a.txt"]);
    await assertTells(change, await change.checkpoints.create());
  });

  test("whose making is broken off at once is empty", async () => {
    const change = await agedChange();
    expect(await change.checkpoints.prepareNext({ signal: AbortSignal.abort() })).toBe(true);
    expect(readdirSync(preparedPath(change))).toEqual([]);
    await assertTells(change, await change.checkpoints.create());
  });

  test("is made while a step's command runs", async () => {
    const change = await agedChange();
    const script = "until ls .checkpoints/tmp-*/prepared-from-*; do sleep 0.05; done >/dev/null 2>&1";
    const outcome = await change.checkpoints.run({ command: ["sh", "-c", script], cwd: change.directory });
    expect(outcome).toMatchObject({ success: true, warnings: [] });
    expect(workFolders(change)).toHaveLength(1);
    await assertTells(change, await change.checkpoints.create());
  });
});
