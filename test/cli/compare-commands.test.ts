import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli, type Io } from "../../src/cli/index.js";
import { fakeIo } from "./fake-io.js";
import { tempChange, type TempChange } from "../support/temp-change.js";

async function run(change: TempChange, args: string[], parts: Partial<Io> = {}) {
  const io = fakeIo({ cwd: change.directory, now: () => new Date(), ...parts });
  const status = await runCli(args, io);
  // Ids tell the time.
  const steady = (text: string): string => text.replace(/checkpoint-\d{8}-\d{6}-(\w+?)(-\d+)?\b/g, "ID-$1");
  return { status, out: steady(io.out()), err: steady(io.err()) };
}

/** A checkpoint, and a directory that differs in most of the ways there are. */
async function edited(): Promise<TempChange> {
  const change = await tempChange({
    "a.md": "one\ntwo\nthree\n",
    bin: "\0\x01",
    "old name": "moved\n",
    link: { link: "a.md" },
    "gone.txt": "x\n",
    "run.sh": "#!/bin/sh\n",
  });
  await change.checkpoints.create({ step: 1 });
  change.edit({
    "a.md": "one\n2\nthree\n",
    bin: "\0\x02\x03",
    "old name": null,
    "new näme": "moved\n",
    link: { link: "bin" },
    "gone.txt": null,
  });
  chmodSync(join(change.directory, "run.sh"), 0o755);
  return change;
}

describe("diff", () => {
  test("tells what became of every path", async () => {
    const { status, out, err } = await run(await edited(), ["diff"]);
    expect([status, err]).toEqual([0, ""]);
    expect(out).toMatchInlineSnapshot(`
      "Changes from 'ID-step01' to the directory:

        modified  a.md (14 bytes -> 12 bytes)
        modified  bin (2 bytes -> 3 bytes)
        deleted   gone.txt (2 bytes)
        modified  link (-> bin, was a.md)
        renamed   old name -> new näme
        modified  run.sh (mode 0644 -> 0755)

      6 paths changed: 4 modified, 1 deleted, 1 renamed
      "
    `);
  });

  test("--name-status is as git prints it", async () => {
    expect((await run(await edited(), ["diff", "step:1", "--name-status"])).out).toMatchInlineSnapshot(`
      "M	a.md
      M	bin
      D	gone.txt
      M	link
      R100	old name	"new n\\303\\244me"
      M	run.sh
      "
    `);
  });

  test("--stat is as wide as the terminal", async () => {
    const change = await edited();
    change.edit({ "a.md": "line\n".repeat(300), "a/very/deep/and/very/long/folder/name/with-a-file-in-it.txt": "x\n" });
    expect((await run(change, ["diff", "--stat"], { columns: 60 })).out).toMatchInlineSnapshot(`
      " a.md                                       | 303 +++++++++-
       .../long/folder/name/with-a-file-in-it.txt |   0
       bin                                        | Bin 2 -> 3 bytes
       link                                       |   2 +-
       old name => "new n\\303\\244me"              |   0
       run.sh                                     |   0
       6 files changed, 301 insertions(+), 4 deletions(-)
      "
    `);
  });

  test("--patch is git's, and says on stderr what is not in it", async () => {
    const { out, err } = await run(await edited(), ["diff", "--patch"]);
    expect(out).toMatchInlineSnapshot(`
      "diff --git a/a.md b/a.md
      index 4cb29ea38f70d7c61b2a3a25b02e3bdf44905402..f04eb265ebd74fba2cddf0a6adf2a6a7f81c87aa 100644
      --- a/a.md
      +++ b/a.md
      @@ -1,3 +1,3 @@
       one
      -two
      +2
       three
      diff --git a/bin b/bin
      index bdc955b7b2e610ad5a72302b139a2e6cb325519a..350ed01038bfaa2fda2722ada23a75bdd971bd68
      Binary files a/bin and b/bin differ
      diff --git a/gone.txt b/gone.txt
      deleted file mode 100644
      index 587be6b4c3f93f93c489c0111bba5596147a26cb..0000000000000000000000000000000000000000
      --- a/gone.txt
      +++ /dev/null
      @@ -1 +0,0 @@
      -x
      diff --git a/link b/link
      index e77de8562fa61286381cc40e34a75024c20e17eb..c5e82d74585d15d6ea821b5f23cd65624190f244 120000
      --- a/link
      +++ b/link
      @@ -1 +1 @@
      -a.md
      \\ No newline at end of file
      +bin
      \\ No newline at end of file
      diff --git "a/old name" "b/new n\\303\\244me"
      similarity index 100%
      rename from "old name"
      rename to "new n\\303\\244me"
      diff --git a/run.sh b/run.sh
      old mode 100644
      new mode 100755
      "
    `);
    expect(err).toMatchInlineSnapshot(`
      "! Not in the patch: bin is binary
      "
    `);
  });

  test("two checkpoints are compared, in paths that are named after --", async () => {
    const change = await edited();
    await change.checkpoints.create({ step: 2 });
    expect((await run(change, ["diff", "step:1", "step:2", "--name-status", "--", "*.md", "link"])).out).toBe("M\ta.md\nM\tlink\n");
    expect((await run(change, ["diff", "step:1", "--name-status", "--", "link"])).out).toBe("M\tlink\n");
    expect((await run(change, ["diff", "--", "link"])).out).toBe("No differences between 'ID-step02' and the directory.\n");
  });

  test("--exit-code tells differences by 1; without it they are no failure", async () => {
    const change = await edited();
    expect((await run(change, ["diff", "--exit-code", "--quiet"])).status).toBe(1);
    expect((await run(change, ["diff"])).status).toBe(0);
    await change.checkpoints.create();
    expect((await run(change, ["diff", "--exit-code"])).status).toBe(0);
  });

  test("--json has the data, with counts and patches where they are asked for", async () => {
    const change = await edited();
    const { out } = await run(change, ["diff", "--patch", "--json", "--", "a.md", "new näme"]);
    expect(JSON.parse(out)).toMatchObject({
      from: { kind: "checkpoint" },
      to: { kind: "live" },
      changes: [
        {
          kind: "modified",
          path: "a.md",
          old_path: null,
          content: "text",
          insertions: 1,
          deletions: 1,
          patch: expect.stringContaining("+2\n"),
          missing: [],
        },
        { kind: "added", path: "new näme" },
      ],
      not_compared: [],
    });
    expect((await run(change, ["diff", "--json"])).out).not.toContain('"patch"');
    writeFileSync(join(change.directory, "a.md"), Buffer.from([0xff, 0x0a]));
    const { changes } = JSON.parse((await run(change, ["diff", "--patch", "--json"])).out) as { changes: { patch_b64?: string }[] };
    expect(Buffer.from(changes[0]?.patch_b64 ?? "", "base64").toString("latin1")).toContain("+\xff\n");
  });

  test("on a terminal is coloured, and nothing in a file can steer it", async () => {
    const change = await tempChange({ a: "\u001b[31mred\tx\r\n" });
    await change.checkpoints.create();
    change.edit({ a: "plain\n" });
    const { out } = await run(change, ["diff", "--patch"], { useColor: true, writesToTerminal: true });
    expect(out).toContain("\u001b[31m-\\x1b[31mred\tx\\x0d\u001b[39m\n\u001b[32m+plain\u001b[39m\n");
    expect((await run(change, ["diff", "--patch"], { writesToTerminal: true })).out).toContain("\n-\\x1b[31mred\tx\\x0d\n+plain\n");
    expect((await run(change, ["diff", "--patch"])).out).toContain("\n-\u001b[31mred\tx\r\n+plain\n");
  });

  test.each([
    [["diff", "--stat", "--patch"], "USAGE"],
    [["diff", "a", "b", "c", "--", "d"], "USAGE"],
    [["diff", "--"], "USAGE"],
    [["diff", "--", ""], "USAGE"],
    [["diff", "nope"], "CHECKPOINT_NOT_FOUND"],
    [["diff", "--", "nope"], "PATH_NOT_FOUND"],
    [["restore", "latest", "--patch"], "USAGE"],
    [["show", "latest", "--patch", "--files"], "USAGE"],
    [["cat", "latest", "a.md", "--json"], "USAGE"],
    [["list", "--format", "{id}", "--json"], "USAGE"],
  ])("%j is refused with %s", async (args, code) => {
    const { status, out, err } = await run(await edited(), [
      ...args.slice(0, 1),
      "--json",
      ...args.slice(1).filter((word) => word !== "--json"),
    ]);
    const { error } = JSON.parse(err) as { error: { code: string } };
    expect([status === 2 || status === 10, out, error.code]).toEqual([true, "", code]);
  });
});

test("show --patch is what the checkpoint changed against the one before, restore --dry-run --patch what the restore would", async () => {
  const change = await edited();
  await change.checkpoints.create({ step: 2 });
  const forward = await run(change, ["show", "step:2", "--patch"]);
  expect(forward.out).toContain("\n-two\n+2\n");
  expect(forward.out).toBe((await run(change, ["diff", "step:1", "step:2", "--patch"])).out);
  const back = await run(change, ["restore", "step:1", "--dry-run", "--patch", "--", "a.md"]);
  expect([back.status, back.err]).toEqual([0, ""]);
  expect(back.out).toContain("\n-2\n+two\n");
});

test("cat prints nothing but the bytes, and a damaged file is 13", async () => {
  const change = await tempChange({ a: "x\r\n\u001b[31m\0y" });
  const { storedPath } = await change.checkpoints.create();
  expect(await run(change, ["cat", "latest", "a"], { writesToTerminal: true })).toEqual({ status: 0, out: "x\r\n\u001b[31m\0y", err: "" });
  chmodSync(join(storedPath, "a"), 0o600);
  writeFileSync(join(storedPath, "a"), "x\r\n\u001b[31m\0z");
  expect(await run(change, ["cat", "latest", "a"])).toMatchObject({ status: 13, out: "", err: expect.stringContaining("is damaged") });
});

test("cat stops when its reader has gone away", async () => {
  const change = await tempChange({ a: Buffer.alloc(5_000_000) });
  await change.checkpoints.create();
  let printed = 0;
  const io = { stdout: (chunk: string | Uint8Array) => void (printed += chunk.length), drain: async () => "gone" as const };
  expect((await run(change, ["cat", "latest", "a"], io)).status).toBe(0);
  expect(printed).toBe(1024 * 1024);
});

test("versions and find tell of every checkpoint", async () => {
  const change = await tempChange({ "a.md": "one\n" });
  const clock = { config: { durability: "none" as const }, now: () => new Date("2026-01-31T12:00:00Z") };
  const checkpoints = await change.reopen(clock);
  await checkpoints.create({ step: 1 });
  change.edit({ "a.md": null });
  await checkpoints.create({ step: 2 });
  change.edit({ "a.md": { link: "b.md" } });
  await checkpoints.create({ step: 3 });
  await checkpoints.create({ step: 4 });
  expect((await run(change, ["versions", "a.md"])).out).toMatchInlineSnapshot(`
    "Versions of 'a.md':

    2c8b08da5ce6, 4 bytes, mode 0644
      in ID-step01 (2026-01-31 12:00:00)

    deleted
      in ID-step02 (2026-01-31 12:00:00)

    -> b.md (as it is now)
      from ID-step03 (2026-01-31 12:00:00)
      to ID-step04 (2026-01-31 12:00:00), 2 checkpoints

    2 versions
    "
  `);
  expect((await run(change, ["find", "*.md"])).out).toMatchInlineSnapshot(`
    "a.md
      in 3 checkpoints, ID-step01 to ID-step04

    1 path
    "
  `);
  expect((await run(change, ["find", "*.txt"])).out).toMatchInlineSnapshot(`
    "No path of any checkpoint matches '*.txt'.
    "
  `);
  expect(JSON.parse((await run(change, ["versions", "a.md", "--json"])).out)).toMatchObject({
    path: "a.md",
    versions: [
      { type: "file", live: false, checkpoint_count: 1 },
      { type: "symlink", target: "b.md", live: true, checkpoint_count: 2 },
    ],
    deletions: [{ sequence: 2 }],
    live: "stored",
  });
  expect(JSON.parse((await run(change, ["find", "a*", "--json"])).out)).toMatchObject({
    pattern: "a*",
    paths: [{ path: "a.md", type: "symlink" }],
  });
});

test("a path that no checkpoint has leads on to a command that is one", async () => {
  const change = await tempChange({ "a.txt": "1" });
  await change.checkpoints.create();
  const { status, err } = await run(change, ["versions", "b.txt"]);
  expect(status).toBe(10);
  expect(err).toBe(
    "stepback: 'b.txt' is not in any checkpoint\n  hint: Run `stepback find PATTERN` to search the paths of all checkpoints.\n",
  );
});
