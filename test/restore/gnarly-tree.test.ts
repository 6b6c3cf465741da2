import { chmodSync, lutimesSync, mkdirSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync, renameSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempChange, type TempChange } from "../support/temp-change.js";

const BINARY = Buffer.from(Array.from({ length: 3 * 1024 * 1024 }, (_, position) => (position * 7919) % 256));

/** One of everything that has ever broken a copy. */
function fillGnarly(change: TempChange): void {
  const { directory } = change;
  change.edit({
    "proposal.md": "# Proposal\n",
    "specs/auth/spec.md": "spec",
    "-rf": "a name like an option",
    "line\nbreak.txt": "a name with a line end",
    "quote'\"$`.txt": "shell food",
    "back\\slash": "not a separator",
    "trailing space ": "x",
    "ünïcödé/日本語.md": "text",
    "empty.txt": "",
    "was-file": "a file that becomes a folder",
    "was-folder/deep/file.txt": "a folder that becomes a file",
    "was-link": { link: "proposal.md" },
    dangling: { link: "nowhere/at/all" },
    "link-to-folder": { link: "specs" },
    "binary.bin": BINARY,
    ".hidden/.dotfile": "dot",
    "private.key": "secret",
    "run.sh": "#!/bin/sh\n",
    "odd-mode": "x",
    "empty-folder/nested-empty/": "",
    "closed/inside.txt": "in a read-only folder",
    "__proto__/constructor": "names that objects know",
  });
  chmodSync(join(directory, "private.key"), 0o600);
  chmodSync(join(directory, "run.sh"), 0o755);
  chmodSync(join(directory, "odd-mode"), 0o4751);
  chmodSync(join(directory, "empty-folder"), 0o711);
  utimesSync(join(directory, "proposal.md"), 1_000_000_000.123456, 1_000_000_000.123456);
  utimesSync(join(directory, "empty.txt"), "-86400.5", "-86400.5");
  utimesSync(join(directory, "run.sh"), 4_102_444_800.5, 4_102_444_800.5);
  lutimesSync(join(directory, "dangling"), 1_234_567_890.25, 1_234_567_890.25);
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/latin1-`), Buffer.of(0xe9, 0xff), Buffer.from(".txt")]), "bytes");
  mkdirSync(Buffer.concat([Buffer.from(`${directory}/folder-`), Buffer.of(0x80)]));
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/folder-`), Buffer.of(0x80), Buffer.from("/inside")]), "below bytes");
  symlinkSync(Buffer.of(0xff, 0xfe), join(directory, "link-to-bytes"));
  writeFileSync(join(directory, "sparse.img"), "start");
  truncateSync(join(directory, "sparse.img"), 2 * 1024 * 1024);
  utimesSync(join(directory, "empty-folder/nested-empty"), 1_111_111_111, 1_111_111_111);
  utimesSync(join(directory, "empty-folder"), 1_222_222_222, 1_222_222_222);
  chmodSync(join(directory, "closed"), 0o555);
}

/** Changes all that can change. */
function wreck(change: TempChange): void {
  const { directory } = change;
  chmodSync(join(directory, "closed"), 0o755);
  change.edit({ "was-file": null, "was-folder": null, "was-link": null });
  change.edit({
    "proposal.md": "overwritten",
    specs: null,
    "was-file/now/folder.txt": "file in a folder",
    "was-folder": "now a file",
    "was-link/inside": "now a folder",
    dangling: { link: "somewhere/else" },
    "binary.bin": BINARY.subarray(0, 1000),
    "added.txt": "garbage",
    "added/deep/er/file": "garbage",
    "closed/inside.txt": "overwritten",
    "closed/added": "x",
    __proto__: null,
    "-rf": null,
    "-rv": "another",
  });
  chmodSync(join(directory, "private.key"), 0o644);
  chmodSync(join(directory, "odd-mode"), 0o600);
  rmSync(join(directory, "empty-folder"), { recursive: true });
  renameSync(join(directory, "empty.txt"), join(directory, "renamed.txt"));
  chmodSync(join(directory, "closed"), 0o511);
}

test("a gnarly tree comes back bit for bit with modes and times, and undo brings the later state back", async () => {
  const change = await tempChange();
  fillGnarly(change);
  const { id } = await change.checkpoints.create({ step: 2, stepName: "Gnarly" });
  const original = change.picture();
  wreck(change);
  const wrecked = change.picture();
  expect(wrecked).not.toEqual(original);

  const { backup } = await change.checkpoints.restore(id);
  expect(change.picture()).toEqual(original);
  expect(backup?.type).toBe("backup");

  await change.checkpoints.undo();
  expect(change.picture()).toEqual(wrecked);

  await change.checkpoints.undo();
  expect(change.picture()).toEqual(original);
  expect((await change.checkpoints.verify()).isWhole).toBe(true);
});

test("restoring twice is a no-op that takes no second backup", async () => {
  const change = await tempChange();
  fillGnarly(change);
  const { id } = await change.checkpoints.create();
  wreck(change);
  await change.checkpoints.restore(id);
  const before = (await change.checkpoints.list()).checkpoints.length;
  const again = await change.checkpoints.restore(id);
  expect(again.backup).toBeNull();
  expect(again.plan.operations).toEqual([]);
  expect((await change.checkpoints.list()).checkpoints).toHaveLength(before);
});

test("a snapshot is a plain tree that cp and sha256sum understand", async () => {
  const change = await tempChange({ "a.txt": "one", "sub/b.txt": "two" });
  const { storedPath } = await change.checkpoints.create();
  expect(execFileSync("cat", [join(storedPath, "sub/b.txt")], { encoding: "utf8" })).toBe("two");
});
