import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { testWith } from "../support/requirements.js";
import { pictureOf } from "../support/temp-change.js";
import { expectRefusal, giveToNobody, readErrorDocument, runBinaryAsNobody as run, stateOf, tempChangeOfNobody } from "./command-line.js";

const NEEDS = ["root", "setpriv"] as const;

/** A directory of an ordinary user's with a file and a folder that only root can read, and a file that is theirs but closed. */
function withSecrets(): string {
  const directory = tempChangeOfNobody();
  mkdirSync(join(directory, "specs"));
  writeFileSync(join(directory, "proposal.md"), "one");
  writeFileSync(join(directory, "specs/auth.md"), "spec");
  giveToNobody(directory);
  return directory;
}

function addSecrets(directory: string): void {
  writeFileSync(join(directory, "secret.key"), "root's", { mode: 0o600 });
  mkdirSync(join(directory, "vault"), { mode: 0o700 });
  writeFileSync(join(directory, "vault/inside"), "root's");
  writeFileSync(join(directory, "closed.txt"), "closed");
  giveToNobody(join(directory, "closed.txt"));
  chmodSync(join(directory, "closed.txt"), 0o000);
}

const SECRETS = ["closed.txt", "secret.key", "vault"];

describe("a path that cannot be read", () => {
  testWith([...NEEDS], "create goes on without it, names it, and exits with 3, also with --quiet", () => {
    const directory = withSecrets();
    addSecrets(directory);
    const before = pictureOf(directory);
    for (const flags of [[], ["--quiet"]]) {
      const { status, out, err } = run(directory, [...flags, "create"]);
      expect({ status, isQuiet: out === "" }).toEqual({ status: 3, isQuiet: flags.length > 0 });
      for (const path of SECRETS) expect(err).toContain(path);
    }
    expect(pictureOf(directory)).toMatchObject({ ...before, ".": expect.anything() as string });
    expect(run(directory, ["show", "latest", "--files"]).out).toContain("vault");
  });

  testWith([...NEEDS], "create --json has them in its document, with the reason", () => {
    const directory = withSecrets();
    addSecrets(directory);
    const { status, out, err } = run(directory, ["--json", "create"]);
    expect({ status, err }).toEqual({ status: 3, err: "" });
    const document = JSON.parse(out) as { complete: boolean; uncaptured: { path: string; reason: string; detail: string }[] };
    expect(document.complete).toBe(false);
    const unreadable = document.uncaptured.filter(({ reason }) => reason === "unreadable");
    expect(unreadable.map(({ path, detail }) => `${path} ${detail}`).sort()).toEqual(SECRETS.map((path) => `${path} EACCES`));
  });

  testWith([...NEEDS], "restore refuses, because its backup could not hold it", async () => {
    const directory = withSecrets();
    expect(run(directory, ["create"]).status).toBe(0);
    writeFileSync(join(directory, "proposal.md"), "two");
    addSecrets(directory);
    const error = await expectRefusal(directory, ["restore", "latest", "--yes"], { code: "BACKUP_INCOMPLETE", status: 15, run });
    expect((error.details["paths"] as { path: string }[]).map(({ path }) => path).sort()).toEqual(SECRETS);
    await expectRefusal(directory, ["restore", "latest", "--yes", "--", "proposal.md"], { code: "BACKUP_INCOMPLETE", status: 15, run });
  });

  testWith([...NEEDS], "that is ignored is in nobody's way", () => {
    const directory = withSecrets();
    writeFileSync(join(directory, ".checkpointignore"), `/${SECRETS.join("\n/")}\n`);
    giveToNobody(join(directory, ".checkpointignore"));
    expect(run(directory, ["create"]).status).toBe(0);
    addSecrets(directory);
    writeFileSync(join(directory, "proposal.md"), "two");
    expect(run(directory, ["restore", "latest", "--yes"]).status).toBe(0);
    expect(pictureOf(directory)).toMatchObject({
      "proposal.md": expect.stringMatching(/one$/) as string,
      "secret.key": expect.stringMatching(/root's$/) as string,
    });
  });

  testWith([...NEEDS], "restoring an incomplete checkpoint leaves what it lacks alone and exits with 3", () => {
    const directory = withSecrets();
    addSecrets(directory);
    expect(run(directory, ["create"]).status).toBe(3);
    for (const path of SECRETS) giveToNobody(join(directory, path));
    chmodSync(join(directory, "closed.txt"), 0o600);
    writeFileSync(join(directory, "proposal.md"), "two");
    const { status, out } = run(directory, ["restore", "latest", "--yes"]);
    expect(status).toBe(3);
    for (const path of SECRETS) expect(out).toContain(path);
    expect(pictureOf(directory)).toMatchObject({
      "closed.txt": expect.stringMatching(/^600 .*closed$/) as string,
      "proposal.md": expect.stringMatching(/one$/) as string,
      "vault/inside": expect.stringMatching(/root's$/) as string,
    });
  });

  testWith([...NEEDS], "a .checkpointignore that cannot be read stops all that would capture what it names", async () => {
    const directory = withSecrets();
    writeFileSync(join(directory, ".checkpointignore"), "*.log\n", { mode: 0o600 });
    const { status, err } = run(directory, ["--json", "create"]);
    const { code, message } = readErrorDocument(err);
    expect({ status, code }).toEqual({ status: 12, code: "STORE_UNUSABLE" });
    expect(message).toContain(".checkpointignore");
  });

  testWith([...NEEDS], "the change directory itself", async () => {
    const directory = withSecrets();
    expect(run(directory, ["create"]).status).toBe(0);
    chmodSync(directory, 0o311);
    const before = stateOf(directory);
    for (const args of [["create"], ["restore", "latest", "--yes"]]) {
      const { status, err } = run(directory, ["--json", "--dir", directory, ...args]);
      const { code, message } = readErrorDocument(err);
      expect({ code, message, isFault: status < 10 }).toMatchObject({ isFault: false });
    }
    expect(stateOf(directory)).toEqual(before);
  });
});

describe("folders that are closed even to their owner", () => {
  testWith([...NEEDS], "come back with what is in them and with their modes, and go again with an undo", () => {
    const directory = withSecrets();
    mkdirSync(join(directory, "frozen/deep"), { recursive: true });
    writeFileSync(join(directory, "frozen/deep/a.txt"), "one");
    writeFileSync(join(directory, "frozen/b.txt"), "one");
    giveToNobody(join(directory, "frozen"));
    chmodSync(join(directory, "frozen/deep"), 0o555);
    chmodSync(join(directory, "frozen"), 0o555);
    expect(run(directory, ["create"]).status).toBe(0);
    const original = pictureOf(directory);

    chmodSync(join(directory, "frozen"), 0o755);
    chmodSync(join(directory, "frozen/deep"), 0o755);
    writeFileSync(join(directory, "frozen/deep/a.txt"), "two");
    writeFileSync(join(directory, "frozen/deep/added.txt"), "new");
    giveToNobody(join(directory, "frozen"));
    chmodSync(join(directory, "frozen/deep"), 0o500);
    chmodSync(join(directory, "frozen"), 0o555);
    const edited = pictureOf(directory);

    expect(run(directory, ["restore", "latest", "--yes"])).toMatchObject({ status: 0, err: "" });
    expect(pictureOf(directory)).toEqual(original);
    expect(run(directory, ["undo", "--yes"])).toMatchObject({ status: 0, err: "" });
    expect(pictureOf(directory)).toEqual(edited);
    expect(run(directory, ["verify"]).status).toBe(0);
  });

  testWith([...NEEDS], "are removed when they were added since, and are no obstacle to clean", () => {
    const directory = withSecrets();
    expect(run(directory, ["create"]).status).toBe(0);
    const original = pictureOf(directory);
    mkdirSync(join(directory, "frozen/deep"), { recursive: true });
    writeFileSync(join(directory, "frozen/deep/a.txt"), "one");
    giveToNobody(join(directory, "frozen"));
    chmodSync(join(directory, "frozen/deep"), 0o555);
    chmodSync(join(directory, "frozen"), 0o555);
    expect(run(directory, ["restore", "latest", "--yes"])).toMatchObject({ status: 0, err: "" });
    expect(pictureOf(directory)).toEqual(original);
    expect(run(directory, ["undo", "--yes"])).toMatchObject({ status: 0, err: "" });
    expect(readFileSync(join(directory, "frozen/deep/a.txt"), "utf8")).toBe("one");
    expect(run(directory, ["delete", "backup", "--yes"]).status).toBe(0);
  });

  testWith([...NEEDS], "and read-only files can be replaced, and come back as read-only", () => {
    const directory = withSecrets();
    chmodSync(join(directory, "proposal.md"), 0o444);
    expect(run(directory, ["create"]).status).toBe(0);
    const original = pictureOf(directory);
    chmodSync(join(directory, "proposal.md"), 0o644);
    writeFileSync(join(directory, "proposal.md"), "two");
    chmodSync(join(directory, "proposal.md"), 0o400);
    expect(run(directory, ["restore", "latest", "--yes"])).toMatchObject({ status: 0, err: "" });
    expect(pictureOf(directory)).toEqual(original);
  });

  testWith([...NEEDS], "another user's read-only folder stops a restore before anything is changed for good", async () => {
    const directory = withSecrets();
    mkdirSync(join(directory, "theirs"));
    writeFileSync(join(directory, "theirs/a.txt"), "one");
    chmodSync(join(directory, "theirs"), 0o755);
    expect(run(directory, ["create"]).status).toBe(0);
    writeFileSync(join(directory, "theirs/a.txt"), "two");
    writeFileSync(join(directory, "proposal.md"), "two");
    giveToNobody(join(directory, "proposal.md"));
    const before = pictureOf(directory);
    const { status, err } = run(directory, ["--json", "restore", "latest", "--yes"]);
    expect({ status, code: readErrorDocument(err).code }).toEqual({ status: 15, code: "CONFLICT" });
    expect(pictureOf(directory)).toEqual(before);
    expect(run(directory, ["--json", "status"]).out).toContain('"unfinished_restore": null');
  });
});
