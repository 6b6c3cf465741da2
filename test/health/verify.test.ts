import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Progress } from "../../src/index.js";
import { hashBytes } from "../../src/platform/index.js";
import { pictureBelow } from "../store/copied-store.js";
import { giveAway, runAsOtherUser } from "../store/other-user.js";
import { requires } from "../support/requirements.js";
import { tempChange } from "../support/temp-change.js";

const FILES = {
  "proposal.md": "# Proposal\n",
  "same.txt": "shared by all",
  "specs/auth/spec.md": "## Requirement\n",
  current: { link: "specs/auth" },
};

async function oneCheckpoint() {
  const change = await tempChange(FILES);
  const { id, storedPath } = await change.checkpoints.create();
  const manifestPath = join(change.checkpoints.storePath, "manifests", `${id}.json`);
  return { change, checkpoints: change.checkpoints, id, stored: (path: string) => join(storedPath, path), storedPath, manifestPath };
}

test("a store that nobody touched is whole; every file and symlink is counted", async () => {
  const { checkpoints, id } = await oneCheckpoint();
  const bytes = Object.values(FILES).reduce((sum, content) => sum + (typeof content === "string" ? content.length : 0), 0);
  expect(await checkpoints.verify()).toEqual({
    checkpoints: [{ id, status: "whole", damages: [], problem: null, checkedFiles: 4, checkedBytes: bytes }],
    foreign: [],
    isWhole: true,
    warnings: [],
  });
});

test("a store without checkpoints is whole", async () => {
  const { checkpoints, id } = await oneCheckpoint();
  await checkpoints.delete([id]);
  expect(await checkpoints.verify()).toEqual({ checkpoints: [], foreign: [], isWhole: true, warnings: [] });
});

describe("verify finds", () => {
  test.each<[string, (stored: (path: string) => string) => void, { path: string; problem: string; detail?: string }[]]>([
    [
      "a file of the same length with other bytes",
      (stored) => overwrite(stored("proposal.md"), "# Prop0sal\n"),
      [{ path: "proposal.md", problem: "content" }],
    ],
    [
      "a file that grew",
      (stored) => overwrite(stored("proposal.md"), "# Proposal\nmore"),
      [{ path: "proposal.md", problem: "content", detail: "has 15 bytes, not 11" }],
    ],
    ["a file that is empty now", (stored) => overwrite(stored("proposal.md"), ""), [{ path: "proposal.md", problem: "content" }]],
    ["a missing file", (stored) => unlinkSync(stored("proposal.md")), [{ path: "proposal.md", problem: "missing" }]],
    ["a missing symlink", (stored) => unlinkSync(stored("current")), [{ path: "current", problem: "missing" }]],
    [
      "a missing folder with all that was in it",
      (stored) => rmSync(stored("specs"), { recursive: true }),
      [
        { path: "specs", problem: "missing" },
        { path: "specs/auth", problem: "missing" },
        { path: "specs/auth/spec.md", problem: "missing" },
      ],
    ],
    ["an extra file", (stored) => writeFileSync(stored("specs/extra.txt"), "x"), [{ path: "specs/extra.txt", problem: "unexpected" }]],
    ["an extra folder", (stored) => mkdirSync(stored("extra")), [{ path: "extra", problem: "unexpected" }]],
    ["an extra symlink", (stored) => symlinkSync("/", stored("extra")), [{ path: "extra", problem: "unexpected" }]],
    [
      "a file swapped for a symlink to the same bytes",
      (stored) => {
        renameSync(stored("proposal.md"), stored("../../elsewhere.md"));
        symlinkSync("../../elsewhere.md", stored("proposal.md"));
      },
      [{ path: "proposal.md", problem: "type" }],
    ],
    [
      "a folder swapped for a symlink to the same folder",
      (stored) => {
        renameSync(stored("specs"), stored("../../elsewhere"));
        symlinkSync("../../elsewhere", stored("specs"));
      },
      [
        { path: "specs", problem: "type" },
        { path: "specs/auth", problem: "missing" },
        { path: "specs/auth/spec.md", problem: "missing" },
      ],
    ],
    [
      "a file swapped for a folder",
      (stored) => {
        unlinkSync(stored("proposal.md"));
        mkdirSync(stored("proposal.md"));
      },
      [{ path: "proposal.md", problem: "type" }],
    ],
    [
      "a folder swapped for a file",
      (stored) => {
        rmSync(stored("specs"), { recursive: true });
        writeFileSync(stored("specs"), "x");
      },
      [
        { path: "specs", problem: "type" },
        { path: "specs/auth", problem: "missing" },
        { path: "specs/auth/spec.md", problem: "missing" },
      ],
    ],
    [
      "a symlink that leads elsewhere",
      (stored) => {
        unlinkSync(stored("current"));
        symlinkSync("/etc", stored("current"));
      },
      [{ path: "current", problem: "target" }],
    ],
    [
      "a symlink swapped for a file",
      (stored) => {
        unlinkSync(stored("current"));
        writeFileSync(stored("current"), "specs/auth");
      },
      [{ path: "current", problem: "type" }],
    ],
    ["a snapshot folder that is gone", (stored) => rmSync(stored("."), { recursive: true }), [{ path: "", problem: "missing" }]],
    [
      "a snapshot folder swapped for a symlink to it",
      (stored) => {
        const snapshot = stored(".").replace(/\/$/, "");
        renameSync(snapshot, stored("../../elsewhere"));
        symlinkSync("../elsewhere", snapshot);
      },
      [{ path: "", problem: "missing" }],
    ],
  ])("%s", async (_, spoil, damages) => {
    const { checkpoints, stored, id } = await oneCheckpoint();
    spoil(stored);
    const report = await checkpoints.verify();
    expect(report.checkpoints).toMatchObject([{ id, status: "damaged", damages, problem: null }]);
    expect(report.checkpoints[0]?.damages).toHaveLength(damages.length);
    expect(report.isWhole).toBe(false);
  });

  test("several things at once, and other checkpoints are still whole", async () => {
    const { change, checkpoints, stored, id } = await oneCheckpoint();
    change.edit({ "proposal.md": "# Another\n" });
    const other = await checkpoints.create();
    unlinkSync(stored("proposal.md"));
    writeFileSync(stored("extra.txt"), "x");
    expect(await checkpoints.verify()).toMatchObject({
      checkpoints: [
        {
          id,
          damages: [
            { path: "proposal.md", problem: "missing" },
            { path: "extra.txt", problem: "unexpected" },
          ],
        },
        { id: other.id, status: "whole", damages: [] },
      ],
    });
  });

  test("content that is shared damaged in every checkpoint that shares it", async () => {
    const { change, checkpoints, stored, id } = await oneCheckpoint();
    const ids = [id];
    for (const text of ["two", "three"]) {
      change.edit({ "proposal.md": text });
      ids.push((await checkpoints.create()).id);
    }
    expect(statSync(stored("same.txt")).nlink).toBe(3);
    overwrite(stored("same.txt"), "SHARED BY ALL");
    const { checkpoints: verified } = await checkpoints.verify();
    expect(verified).toMatchObject(ids.map((one) => ({ id: one, status: "damaged", damages: [{ path: "same.txt", problem: "content" }] })));
  });

  test("who else shares it, also when only one checkpoint is looked at", async () => {
    const { change, checkpoints, stored, id } = await oneCheckpoint();
    change.edit({ "proposal.md": "two" });
    const second = await checkpoints.create();
    change.edit({ "same.txt": "no longer shared" });
    await checkpoints.create();
    overwrite(stored("same.txt"), "SHARED BY ALL");
    overwrite(stored("proposal.md"), "# Prop0sal\n");
    expect((await checkpoints.verify([id])).checkpoints).toMatchObject([
      {
        id,
        damages: [
          { path: "proposal.md", sharedWith: [] },
          { path: "same.txt", sharedWith: [second.id] },
        ],
      },
    ]);
  });

  requires("root", "setpriv").test("damage in a store that may not be written to, and says that it is not noted", async () => {
    const { change, checkpoints, stored } = await oneCheckpoint();
    overwrite(stored("same.txt"), "SHARED BY ALL");
    execFileSync("chmod", ["-R", "a+rX,go-w", join(change.directory, "..")]);
    const { status, stdout } = runAsOtherUser(change.directory, "verify");
    expect(status).toBe(13);
    expect(JSON.parse(stdout)).toMatchObject({ whole: false, warnings: [expect.stringContaining("could not be noted") as unknown] });
    expect(existsSync(join(checkpoints.storePath, "damaged"))).toBe(false);
  });

  requires("root", "setpriv").test("a file that may not be read", async () => {
    const { change, stored, id } = await oneCheckpoint();
    giveAway(change.directory);
    chownSync(stored("proposal.md"), 0, 0);
    chmodSync(stored("proposal.md"), 0o600);
    const { status, stdout } = runAsOtherUser(change.directory, "verify");
    expect(status).toBe(13);
    expect(JSON.parse(stdout)).toMatchObject({
      checkpoints: [{ checkpoint_id: id, status: "damaged", damages: [{ path: "proposal.md", problem: "unreadable" }] }],
    });
  });
});

describe("a checkpoint cannot be verified", () => {
  test.each<[string, (manifestPath: string) => void, RegExp]>([
    ["without its manifest", (path) => unlinkSync(path), /is missing/],
    ["when its manifest is cut off", (path) => overwrite(path, readFileSync(path).subarray(0, 300)), /hash is not the one in the index/],
    [
      "when its manifest was edited by hand",
      (path) => overwrite(path, `${readFileSync(path, "utf8")}\n`),
      /hash is not the one in the index/,
    ],
    [
      "when its manifest is a folder",
      (path) => {
        unlinkSync(path);
        mkdirSync(path);
      },
      /not a plain file/,
    ],
  ])("%s", async (_, spoil, problem) => {
    const { checkpoints, id, manifestPath } = await oneCheckpoint();
    spoil(manifestPath);
    const report = await checkpoints.verify();
    expect(report.checkpoints).toMatchObject([{ id, status: "unverifiable", damages: [], checkedFiles: 0 }]);
    expect(report.checkpoints[0]?.problem).toMatch(problem);
    expect(report.checkpoints[0]?.problem).toContain(manifestPath);
    expect(report.isWhole).toBe(false);
    await expect(checkpoints.manifest(id)).rejects.toMatchObject({ code: "MANIFEST_UNUSABLE", exitStatus: 12 });
    await expect(checkpoints.restore(id)).rejects.toMatchObject({ code: "MANIFEST_UNUSABLE" });
  });

  test("by the manifest of another checkpoint, also where no hash gives it away", async () => {
    const { change, checkpoints, manifestPath, id } = await oneCheckpoint();
    change.edit({ "proposal.md": "two" });
    const other = await checkpoints.create();
    rmSync(manifestPath);
    cpSync(join(checkpoints.storePath, "manifests", `${other.id}.json`), manifestPath);
    editIndex(checkpoints.storePath, (record) => (record["manifest_sha256"] = null));
    const { checkpoints: verified } = await checkpoints.verify();
    expect(verified).toMatchObject([
      { id, status: "unverifiable" },
      { id: other.id, status: "whole" },
    ]);
    expect(verified[0]?.problem).toContain(`is the manifest of ${other.id}`);
  });

  test("which is no reason to take no further ones", async () => {
    const { change, checkpoints, manifestPath } = await oneCheckpoint();
    unlinkSync(manifestPath);
    change.edit({ "proposal.md": "two" });
    const { id } = await checkpoints.create();
    expect(await checkpoints.verify([id])).toMatchObject({ isWhole: true, checkpoints: [{ id, status: "whole" }] });
  });
});

describe("verify looks at", () => {
  test("the named checkpoints only, each once", async () => {
    const { change, checkpoints, stored, id } = await oneCheckpoint();
    change.edit({ "proposal.md": "two" });
    const other = await checkpoints.create();
    unlinkSync(stored("proposal.md"));
    expect(await checkpoints.verify(["latest", other.id])).toMatchObject({ checkpoints: [{ id: other.id }], isWhole: true });
    expect(await checkpoints.verify([id])).toMatchObject({ checkpoints: [{ id }], isWhole: false });
    await expect(checkpoints.verify(["checkpoint-nobody"])).rejects.toMatchObject({ code: "CHECKPOINT_NOT_FOUND" });
  });

  test("everything without writing anything but the hashes of damaged content", async () => {
    const { change, checkpoints, stored } = await oneCheckpoint();
    const everything = () => pictureBelow(change.directory, { times: true });
    for (const spoil of [() => undefined, () => unlinkSync(stored("proposal.md"))]) {
      spoil();
      const before = everything();
      await checkpoints.verify();
      expect(everything()).toEqual(before);
    }
    overwrite(stored("same.txt"), "SHARED BY ALL");
    const before = everything();
    expect(await checkpoints.verify()).toMatchObject({ isWhole: false, warnings: [] });
    const added = Object.keys(everything()).filter((path) => !(path in before));
    const folder = ".checkpoints/damaged";
    expect(added).toEqual([folder, `${folder}/${hashBytes("shared by all")}`]);
    const withoutStore = (picture: Record<string, string>) => ({ ...picture, ".checkpoints": "" });
    expect(withoutStore(everything())).toMatchObject(withoutStore(before));
  });

  test("a store that another command is writing to, without waiting", async () => {
    const { checkpoints } = await oneCheckpoint();
    const reports: boolean[] = [];
    let isFirst = true;
    const onProgress = (): void => {
      if (!isFirst) return;
      isFirst = false;
      void checkpoints.verify().then(({ isWhole }) => reports.push(isWhole));
    };
    await checkpoints.create({ onProgress });
    await expect.poll(() => reports).toEqual([true]);
  });

  test("nothing when the caller has already called it off", async () => {
    const { checkpoints } = await oneCheckpoint();
    await expect(checkpoints.verify([], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "INTERRUPTED" });
  });
});

test("what damage there is removes nothing: the rest can still be copied", async () => {
  const { checkpoints, stored, id } = await oneCheckpoint();
  unlinkSync(stored("proposal.md"));
  await checkpoints.verify();
  await checkpoints.repair();
  await checkpoints.create();
  expect((await checkpoints.list()).checkpoints.map((one) => one.id)).toContain(id);
  expect(readFileSync(stored("specs/auth/spec.md"), "utf8")).toBe("## Requirement\n");
});

/** Stored files are read-only; the inode stays. */
function overwrite(path: string, contents: string | Uint8Array): void {
  chmodSync(path, 0o600);
  writeFileSync(path, contents);
}

function editIndex(storePath: string, change: (record: Record<string, unknown>) => void): void {
  const path = join(storePath, "state.json");
  const json = JSON.parse(readFileSync(path, "utf8")) as { checkpoints: Record<string, unknown>[]; index_crc32?: string };
  json.checkpoints.forEach(change);
  delete json.index_crc32;
  writeFileSync(path, JSON.stringify(json));
}

test("verify tells how much there is before it reads anything, so that whoever runs it can prepare for it", async () => {
  const { checkpoints } = await tempChange({ "a.txt": "one", "b.txt": "two" });
  await checkpoints.create();
  const reports: Progress[] = [];
  await checkpoints.verify(undefined, { onProgress: (progress) => void reports.push(progress) });
  expect(reports[0]).toEqual({ activity: "verify", doneEntries: 0, totalEntries: 2, doneBytes: 0, totalBytes: 6 });
});
