import { chmodSync, cpSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { HostilePlace } from "./hostile-place.js";
import {
  DEEP,
  entryOf,
  forgeIndex,
  forgeJournal,
  forgeManifest,
  folderOf,
  indexPath,
  linkTo,
  LONG,
  makeEndless,
  makeFifo,
  makeFolder,
  manifestPath,
  put,
  readJson,
  restoreWork,
  sha256Of,
  snapshotPath,
  WORK_NAME,
  writeJournal,
  type Hostility,
  type Json,
} from "./spoil.js";

type Body = Parameters<Parameters<typeof forgeJournal>[1]>[0];

const cutOff = (name: string, spoil: Hostility["spoil"], more: Partial<Hostility> = {}): Hostility => ({
  name: `a journal ${name}`,
  template: "cut-off",
  spoil,
  ...more,
});

/** A journal whose own hash is right. */
const forged = (name: string, change: (body: Body, work: string, place: HostilePlace) => void): Hostility =>
  cutOff(name, (place) => forgeJournal(place, (body, work) => change(body, work, place)));

const journalOf = (place: HostilePlace): string => join(restoreWork(place), "journal.json");

/** What a path in the directory looks like, as something that is to go. */
const removal = (place: HostilePlace, path: string, slot: number): Json => ({
  slot,
  path,
  before: entryOf(place.directory, path),
  after: null,
});

function planted(body: Body, work: string, path: string): void {
  const slot = body.operations.length;
  put(join(work, "stage", String(slot)), "planted");
  const entry = { ...(body.operations.find(({ after }) => after !== null)?.["after"] as Json), type: "file", path, size: 7 };
  body.operations.push({ slot, path, before: null, after: { ...entry, sha256: sha256Of(join(work, "stage", String(slot))) } });
}

const upward = (name: string, path: unknown): Hostility =>
  forged(`with ${name}`, (body) => {
    for (const operation of body.operations) operation["path"] = path;
  });

const folder = (body: Body, place: HostilePlace, path: string, after: Json): void => {
  body.folders.push({ path, before: entryOf(place.directory, path), after: { ...entryOf(place.directory, path), ...after } });
};

const PATHS: Hostility[] = [
  upward("paths upward", "../canary/a.txt"),
  upward("absolute paths", "/etc/passwd"),
  upward("paths of NUL", "a\0b"),
  upward("paths that climb back", "sub/../../canary/a.txt"),
  upward("hidden paths upward", { path_b64: Buffer.from("../canary/a.txt").toString("base64") }),
  upward("one path many times", "a.txt"),
  upward("the directory itself as path", ""),
  upward("paths of something long", LONG),
  upward("the path of the store", ".checkpoints"),
  upward("the path of the index", ".checkpoints/state.json"),
  upward("paths behind a symlink", "link/x"),
  forged("with one slot many times", (body) => body.operations.forEach((operation) => (operation["slot"] = 0))),
  forged("with slots of nobody", (body) => body.operations.forEach((operation, number) => (operation["slot"] = 1e15 + number))),
  forged("of another target", (body, _work, place) => (body.target = place.second)),
  forged("of a target that is not there", (body) => (body.target = "checkpoint-20200101-000000-manual")),
  forged("of a target upward", (body) => (body.target = "../canary")),
  forged("with another backup", (body, _work, place) => (body.backup = place.second)),
  forged("with a backup that is not there", (body) => (body.backup = "checkpoint-20200101-000000-backup")),
  forged("begun at no time", (body) => (body["started_at"] = "\u001b[2J")),
  forged("with long texts", (body) => (body["paths"] = [LONG])),
];

/** Its operations name what the backup does not hold: nobody could bring it back. */
const DEEDS: Hostility[] = [
  forged("that removes an ignored file", (body, _work, place) => body.operations.push(removal(place, "secret.txt", 90))),
  forged("that removes from the repository", (body, _work, place) => body.operations.push(removal(place, ".git/config", 90))),
  forged("that removes from another store", (body, _work, place) =>
    body.operations.push(removal(place, "other/.checkpoints/state.json", 90)),
  ),
  forged("that removes from its own store", (body, _work, place) => body.operations.push(removal(place, ".checkpoints/state.json", 90))),
  forged("that replaces an ignored file", (body, work) => {
    planted(body, work, "secret.txt");
  }),
  forged("that plants into the repository", (body, work) => planted(body, work, ".git/planted")),
  forged("that plants a file", (body, work) => planted(body, work, "planted.txt")),
  forged("that plants behind a symlink", (body, work, place) => {
    symlinkSync(place.canary, join(place.directory, "way-out"));
    planted(body, work, "way-out/planted");
  }),
  forged("that removes behind a symlink", (body, _work, place) => {
    symlinkSync(place.canary, join(place.directory, "way-out"));
    body.operations.push({
      slot: 90,
      path: "way-out/a.txt",
      before: { ...entryOf(place.canary, "a.txt"), path: "way-out/a.txt" },
      after: null,
    });
  }),
  forged("that opens a folder to all", (body, _work, place) => folder(body, place, "sub", { mode: "0777" })),
  forged("that opens the repository to all", (body, _work, place) => folder(body, place, ".git", { mode: "0777" })),
  forged("that opens the directory to all", (body, _work, place) => folder(body, place, "", { mode: "0777" })),
  forged("that gives a folder away", (body, _work, place) => folder(body, place, "sub", { uid: 4242, gid: 4242 })),
  forged("that names other content than the backup has", (body) => {
    for (const { before } of body.operations) if ((before as Json | null)?.["type"] === "file") (before as Json)["sha256"] = "0".repeat(64);
  }),
  forged("that is being undone and names a file that is there", (body, work, place) => {
    const entry = entryOf(place.directory, "secret.txt");
    body.operations.push({ slot: 90, path: "secret.txt", before: null, after: entry });
    put(join(work, "roll-back"), "");
  }),
  forged("that is being undone and names a live file", (body, work, place) => {
    const entry = entryOf(place.directory, "added.txt");
    body.operations = [{ slot: 90, path: "added.txt", before: null, after: entry }];
    put(join(work, "roll-back"), "");
  }),
  cutOff("whose backup lost what it removes", (place) => {
    const stored = join(snapshotPath(place, place.backup), "added.txt");
    put(stored, "other bytes");
  }),
  cutOff("whose backup only says that it holds an ignored file", (place) => {
    const entry = entryOf(place.directory, "secret.txt");
    forgeManifest(place, place.backup, (manifest) => {
      manifest["uncaptured"] = [];
      const { mode, size, mtime_ns: mtimeNs, uid, gid, ino, ctime_ns: ctimeNs } = entry;
      folderOf(manifest, "").files.push(["secret.txt", mode, size, mtimeNs, "1".repeat(64), uid, gid, ino, ctimeNs]);
    });
    forgeJournal(place, (body) =>
      body.operations.push({ slot: 90, path: "secret.txt", before: { ...entry, sha256: "1".repeat(64) }, after: null }),
    );
  }),
  cutOff("that is being undone, whose target does not hold what it would take back", (place) => {
    const entry = entryOf(place.directory, "added.txt");
    forgeManifest(place, place.first, (manifest) => {
      const { mode, size, mtime_ns: mtimeNs, sha256, uid, gid, ino, ctime_ns: ctimeNs } = entry;
      folderOf(manifest, "").files.push(["added.txt", mode, size, mtimeNs, sha256, uid, gid, ino, ctimeNs]);
    });
    forgeManifest(place, place.backup, (manifest) => {
      const root = folderOf(manifest, "");
      root.files = root.files.filter(([name]) => name !== "added.txt");
    });
    forgeJournal(place, (body, work) => {
      body.operations = [{ slot: 90, path: "added.txt", before: null, after: entry }];
      put(join(work, "roll-back"), "");
    });
  }),
];

const WORK: Hostility[] = [
  cutOff("that is a fifo", (place) => makeFifo(journalOf(place))),
  cutOff("that has no end", (place) => makeEndless(journalOf(place)), { needsRoot: true }),
  cutOff("that is a folder", (place) => makeFolder(journalOf(place))),
  cutOff("that is a symlink to outside", (place) => {
    renameSync(journalOf(place), join(place.canary, "journal.json"));
    symlinkSync(join(place.canary, "journal.json"), journalOf(place));
  }),
  cutOff("that is a symlink to nowhere", (place) => linkTo("nowhere", journalOf(place))),
  cutOff("that is a symlink to itself", (place) => linkTo("journal.json", journalOf(place))),
  cutOff("of arrays in arrays", (place) => put(journalOf(place), DEEP)),
  cutOff("with arrays in arrays under an unknown key", (place) => {
    const text = JSON.stringify(readJson(journalOf(place)));
    put(journalOf(place), text.replace('"journal":{', `"journal":{"zz":${DEEP},`));
  }),
  cutOff("that is one long text", (place) => put(journalOf(place), JSON.stringify(LONG))),
  cutOff("whose stage is a symlink to outside", (place) => toCanary(place, "stage")),
  cutOff("whose trash is a symlink to outside", (place) => toCanary(place, "trash")),
  cutOff("whose stage is a fifo", (place) => makeFifo(join(restoreWork(place), "stage"))),
  cutOff("whose trash is a file", (place) => put(join(restoreWork(place), "trash"), "")),
  cutOff("whose stage is gone", (place) => rmSync(join(restoreWork(place), "stage"), { recursive: true })),
  cutOff("whose staged files are symlinks to outside", (place) => eachStaged(place, (path) => linkTo(join(place.canary, "a.txt"), path))),
  cutOff("whose staged files are folders", (place) => eachStaged(place, (path) => makeFolder(path))),
  cutOff("whose staged files are fifos", (place) => eachStaged(place, makeFifo)),
  cutOff("whose staged files are others", (place) => eachStaged(place, (path) => put(path, "two"))),
  cutOff("whose staged files are links to stored ones", (place) =>
    eachStaged(place, (path) => {
      rmSync(path);
      linkSync(join(snapshotPath(place, place.first), "a.txt"), path);
    }),
  ),
  cutOff("whose place when it is done is taken", (place) => makeFolder(join(restoreWork(place), "journal.json.done"))),
  cutOff("whose mark of being undone is a folder", (place) => makeFolder(join(restoreWork(place), "roll-back"))),
  cutOff("whose mark of being undone is a symlink to nowhere", (place) => linkTo("nowhere", join(restoreWork(place), "roll-back"))),
  cutOff("that stands twice", (place) =>
    cpSync(restoreWork(place), join(place.storePath, `restore-${WORK_NAME}`), { recursive: true, verbatimSymlinks: true }),
  ),
  cutOff("that came with the directory", (place) => moveInto(place, (body) => body.operations.push(removal(place, "secret.txt", 90)))),
  cutOff("that came with the directory as a symlink", (place) => {
    const work = restoreWork(place);
    renameSync(work, join(place.canary, "work"));
    symlinkSync(join(place.canary, "work"), join(place.directory, `.stepback-restore-${WORK_NAME}`));
  }),
  cutOff("whose backup lost its manifest", (place) => rmSync(manifestPath(place, place.backup))),
  cutOff("whose target lost its manifest", (place) => rmSync(manifestPath(place, place.first))),
  cutOff("whose index is lost", (place) => put(indexPath(place), "{")),
  cutOff("whose backup is not in the index", (place) =>
    forgeIndex(place, (index) => {
      index["checkpoints"] = (index["checkpoints"] as Json[]).filter((record) => record["checkpoint_id"] !== place.backup);
    }),
  ),
  cutOff("and a folder in its way is a symlink to outside", (place) => {
    renameSync(join(place.directory, "sub"), join(place.directory, "sub-before"));
    symlinkSync(place.canary, join(place.directory, "sub"));
  }),
];

function eachStaged(place: HostilePlace, change: (path: string) => void): void {
  for (const slot of Array.from({ length: 10 }, (_, number) => join(restoreWork(place), "stage", String(number)))) {
    if (existsSync(slot)) change(slot);
  }
}

function toCanary(place: HostilePlace, name: string): void {
  const path = join(restoreWork(place), name);
  renameSync(path, join(place.canary, name));
  symlinkSync(join(place.canary, name), path);
}

/** As with a store on another file system: the work lies in the directory, where anything may have put it. */
function moveInto(place: HostilePlace, change: (body: Body) => void): void {
  const work = restoreWork(place);
  const moved = join(place.directory, `.stepback-restore-${WORK_NAME}`);
  renameSync(work, moved);
  chmodSync(moved, 0o755);
  const body = (JSON.parse(readFileSync(join(moved, "journal.json"), "utf8")) as { journal: Body }).journal;
  change(body);
  writeJournal(moved, body);
  mkdirSync(join(moved, "stage"), { recursive: true });
}

export const JOURNAL_HOSTILITIES: readonly Hostility[] = [...PATHS, ...DEEDS, ...WORK];
