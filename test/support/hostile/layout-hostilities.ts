import { chmodSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { HostilePlace } from "./hostile-place.js";
import {
  indexPath,
  linkTo,
  LONG,
  makeEndless,
  makeFifo,
  makeFolder,
  manifestPath,
  moveOutside,
  put,
  readJson,
  replaceStored,
  sha256OfText,
  snapshotPath,
  WORK_NAME,
  type Hostility,
} from "./spoil.js";

const manifests = ({ storePath }: HostilePlace): string => join(storePath, "manifests");
const inStore = ({ storePath }: HostilePlace, name: string): string => join(storePath, name);

const FOLDERS: Hostility[] = [
  { name: "the store is a symlink to outside", spoil: (place) => moveOutside(place, place.storePath) },
  { name: "the store is a symlink to itself", spoil: (place) => linkTo(".checkpoints", place.storePath) },
  { name: "the store is a fifo", spoil: (place) => makeFifo(place.storePath) },
  { name: "manifests is a symlink to outside", spoil: (place) => moveOutside(place, manifests(place)) },
  { name: "manifests is a symlink to itself", spoil: (place) => linkTo("manifests", manifests(place)) },
  { name: "manifests is a file", spoil: (place) => put(manifests(place), "") },
  { name: "manifests is a fifo", spoil: (place) => makeFifo(manifests(place)) },
  { name: "manifests is gone", spoil: (place) => rmSync(manifests(place), { recursive: true }) },
  { name: "a snapshot is a symlink to outside", spoil: (place) => moveOutside(place, snapshotPath(place, place.first)) },
  { name: "the newest snapshot is a symlink to outside", spoil: (place) => moveOutside(place, snapshotPath(place, place.backup)) },
  { name: "a snapshot is a file", spoil: (place) => put(snapshotPath(place, place.second), "") },
  { name: "a snapshot is a fifo", spoil: (place) => makeFifo(snapshotPath(place, place.second)) },
  { name: "a snapshot is a symlink to itself", spoil: (place) => linkTo(place.second, snapshotPath(place, place.second)) },
  {
    name: "a snapshot is a symlink to another",
    spoil: (place) => linkTo(place.first, snapshotPath(place, place.second)),
  },
];

const inSnapshots = (place: HostilePlace, name: string, replace: (path: string) => void): void => {
  for (const id of [place.first, place.second, place.backup]) replaceStored(join(snapshotPath(place, id), name), replace);
};

const STORED: Hostility[] = [
  {
    name: "folders of snapshots are symlinks to outside",
    spoil: (place) => inSnapshots(place, "sub", (path) => linkTo(place.canary, path)),
  },
  {
    name: "deep folders of snapshots are symlinks to outside",
    spoil: (place) => inSnapshots(place, "sub/deep", (path) => linkTo(join(place.canary, "deep"), path)),
  },
  {
    name: "folders of snapshots are symlinks to themselves",
    spoil: (place) => inSnapshots(place, "sub", (path) => linkTo("sub", path)),
  },
  {
    name: "folders of snapshots are symlinks to above",
    spoil: (place) => inSnapshots(place, "sub", (path) => linkTo("../..", path)),
  },
  {
    name: "files of snapshots are symlinks to outside",
    spoil: (place) => inSnapshots(place, "a.txt", (path) => linkTo(join(place.canary, "a.txt"), path)),
  },
  { name: "files of snapshots are fifos", spoil: (place) => inSnapshots(place, "sub/b.txt", makeFifo) },
  { name: "files of snapshots are folders", spoil: (place) => inSnapshots(place, "sub/b.txt", (path) => makeFolder(path)) },
  { name: "files of snapshots have no end", needsRoot: true, spoil: (place) => inSnapshots(place, "sub/b.txt", makeEndless) },
  {
    name: "symlinks of snapshots are files",
    spoil: (place) => inSnapshots(place, "link", (path) => put(path, "a file")),
  },
];

const MANIFESTS: Hostility[] = [
  { name: "a manifest is a symlink to outside", spoil: (place) => moveOutside(place, manifestPath(place, place.first)) },
  { name: "a manifest is a symlink to nowhere", spoil: (place) => linkTo("nowhere", manifestPath(place, place.first)) },
  { name: "a manifest is a fifo", spoil: (place) => makeFifo(manifestPath(place, place.first)) },
  { name: "the newest manifest is a fifo", spoil: (place) => makeFifo(manifestPath(place, place.backup)) },
  { name: "a manifest has no end", needsRoot: true, spoil: (place) => makeEndless(manifestPath(place, place.first)) },
  { name: "a manifest is a folder", spoil: (place) => makeFolder(manifestPath(place, place.first)) },
  {
    name: "a manifest of nobody is a fifo",
    spoil: (place) => makeFifo(join(manifests(place), "checkpoint-20260101-000000-manual.json")),
  },
  {
    name: "the manifest of an unlisted folder is a fifo",
    spoil: (place) => {
      makeFolder(snapshotPath(place, "checkpoint-20260101-000000-manual"));
      makeFifo(join(manifests(place), "checkpoint-20260101-000000-manual.json"));
    },
  },
  {
    name: "the manifest of an unlisted folder is a symlink to outside",
    spoil: (place) => {
      makeFolder(snapshotPath(place, "checkpoint-20260101-000000-manual"));
      linkTo(join(place.canary, "state.json"), join(manifests(place), "checkpoint-20260101-000000-manual.json"));
    },
  },
  {
    name: "a left-over manifest is a folder",
    spoil: (place) => makeFolder(join(manifests(place), `checkpoint-20260101-000000-manual.json.tmp-${WORK_NAME}`)),
  },
];

/** An unlisted checkpoint under another id, complete with its manifest. */
function adoptable(place: HostilePlace, id: string, sequence: number): void {
  cpSync(snapshotPath(place, place.first), snapshotPath(place, id), { recursive: true, verbatimSymlinks: true });
  const manifest = readJson(manifestPath(place, place.first));
  Object.assign(manifest["checkpoint"] as object, { checkpoint_id: id, sequence });
  put(manifestPath(place, id), JSON.stringify(manifest));
}

const ADOPTED: Hostility[] = [
  ...["constructor", "__proto__", "hasownproperty", "tostring"].map((label) => ({
    name: `an unlisted checkpoint is labelled ${label}`,
    spoil: (place: HostilePlace) => adoptable(place, `checkpoint-20990101-000000-${label}`, 70),
  })),
  {
    name: "an unlisted checkpoint has the last suffix",
    spoil: (place) => adoptable(place, "checkpoint-20990101-000000-manual-9999999999", 70),
  },
  {
    name: "unlisted checkpoints have the last sequence",
    spoil: (place) => {
      adoptable(place, "checkpoint-20990101-000000-manual", 999_999_999_999_999);
      adoptable(place, "checkpoint-20990101-000000-manual-2", 999_999_999_999_999);
    },
  },
  {
    name: "an unlisted checkpoint is one of no time",
    spoil: (place) => adoptable(place, "checkpoint-99999999-999999-step99", 70),
  },
  {
    name: "the index is lost and unlisted checkpoints are labelled by birth",
    spoil: (place) => {
      adoptable(place, "checkpoint-20990101-000000-constructor", 70);
      adoptable(place, "checkpoint-20990101-000000-__proto__", 71);
      put(indexPath(place), "{");
    },
  },
];

const SMALL_FILES: Hostility[] = [
  { name: ".gitignore is a fifo", spoil: (place) => makeFifo(inStore(place, ".gitignore")) },
  { name: ".gitignore is a folder", spoil: (place) => makeFolder(inStore(place, ".gitignore"), {}) },
  { name: ".gitignore is a symlink to outside", spoil: (place) => linkTo(join(place.canary, "a.txt"), inStore(place, ".gitignore")) },
  {
    name: ".gitignore is a symlink to a file outside that is not there",
    spoil: (place) => linkTo(join(place.canary, "made"), inStore(place, ".gitignore")),
  },
  { name: "the lock is a symlink to outside", spoil: (place) => linkTo(join(place.canary, "a.txt"), inStore(place, "lock")) },
  {
    name: "the lock is a symlink to a file outside that is not there",
    spoil: (place) => linkTo(join(place.canary, "made"), inStore(place, "lock")),
  },
  { name: "the lock is a fifo", spoil: (place) => makeFifo(inStore(place, "lock")) },
  { name: "the lock is a folder", spoil: (place) => makeFolder(inStore(place, "lock")) },
  { name: "the lock has no end", needsRoot: true, spoil: (place) => makeEndless(inStore(place, "lock")) },
  { name: "the lock is one long text", spoil: (place) => put(inStore(place, "lock"), LONG) },
  {
    name: "the lock is of wrong types",
    spoil: (place) => put(inStore(place, "lock"), '{"format_version":1,"pid":"1","__proto__":{"pid":1}}'),
  },
  {
    name: "the lock names no process",
    spoil: (place) => {
      const lock = {
        pid: -1,
        start_time: null,
        boot_id: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
        pid_namespace: null,
      };
      const rest = { host: hostname(), command: "\u001b[2J", acquired_at: "never", nonce: "x" };
      put(inStore(place, "lock"), JSON.stringify({ format_version: 1, ...lock, ...rest }));
    },
  },
  { name: "a claim on the lock is a fifo", spoil: (place) => makeFifo(inStore(place, `lock-break-${WORK_NAME}`)) },
  { name: "a claim on the lock is a folder", spoil: (place) => makeFolder(inStore(place, `lock-break-${WORK_NAME}`)) },
  {
    name: "an old temporary file of the lock is a folder",
    spoil: (place) => {
      makeFolder(inStore(place, `lock-${WORK_NAME}.tmp`));
      utimesSync(inStore(place, `lock-${WORK_NAME}.tmp`), 1_000_000_000, 1_000_000_000);
    },
  },
  {
    name: "an old temporary file of the lock is a symlink to outside",
    spoil: (place) => {
      linkTo(join(place.canary, "a.txt"), inStore(place, `lock-${WORK_NAME}.tmp`));
    },
  },
  { name: "a left-over index is a folder", spoil: (place) => makeFolder(inStore(place, `state.json.tmp-${WORK_NAME}`)) },
  {
    name: "a left-over index is a symlink to outside",
    spoil: (place) => linkTo(place.canary, inStore(place, `state.json.tmp-${WORK_NAME}`)),
  },
];

const NOTES: Hostility[] = [
  {
    name: "the notes of damage are a symlink to outside, and there is damage",
    spoil: (place) => {
      linkTo(place.canary, inStore(place, "damaged"));
      inSnapshots(place, "sub/b.txt", (path) => put(path, "other bytes"));
    },
  },
  {
    name: "a note of damage is a fifo, and there is that damage",
    spoil: (place) => {
      const sha256 = sha256OfText("the same in all of them");
      makeFolder(inStore(place, "damaged"), {});
      makeFifo(join(inStore(place, "damaged"), sha256));
      inSnapshots(place, "sub/b.txt", (path) => put(path, "other bytes"));
    },
  },
  {
    name: "a note of damage is a folder",
    spoil: (place) => makeFolder(join(inStore(place, "damaged"), sha256OfText("the same in all of them"))),
  },
  { name: "the notes of damage are a fifo", spoil: (place) => makeFifo(inStore(place, "damaged")) },
];

const WORK: Hostility[] = [
  ...["tmp", "trash", "restore"].flatMap((kind): Hostility[] => [
    { name: `${kind}-… is a symlink to outside`, spoil: (place) => linkTo(place.canary, inStore(place, `${kind}-${WORK_NAME}`)) },
    { name: `${kind}-… is a file`, spoil: (place) => put(inStore(place, `${kind}-${WORK_NAME}`), "") },
    {
      name: `${kind}-… holds symlinks, a fifo and a closed folder`,
      spoil: (place) => {
        const work = inStore(place, `${kind}-${WORK_NAME}`);
        mkdirSync(join(work, "closed/inside"), { recursive: true });
        symlinkSync(place.canary, join(work, "stage"));
        symlinkSync(place.canary, join(work, "closed/inside/link"));
        symlinkSync(join(place.canary, "a.txt"), join(work, "snapshot"));
        makeFifo(join(work, "manifest"));
        chmodSync(join(work, "closed/inside"), 0o000);
      },
    },
  ]),
  {
    name: "work in the directory is a symlink to outside",
    spoil: (place) => linkTo(place.canary, join(place.directory, `.stepback-restore-${WORK_NAME}`)),
  },
  {
    name: "work in the directory is a symlink to outside, with a journal there",
    spoil: (place) => {
      put(join(place.canary, "journal.json"), "{}");
      linkTo(place.canary, join(place.directory, `.stepback-restore-${WORK_NAME}`));
    },
  },
  {
    name: "work in the directory is a file",
    spoil: (place) => put(join(place.directory, `.stepback-restore-${WORK_NAME}`), "of the user's"),
  },
  {
    name: "a restore without a journal has taken a snapshot's name",
    spoil: (place) => renameSync(snapshotPath(place, place.second), inStore(place, "checkpoint-20260101-000000-manual")),
  },
];

export const LAYOUT_HOSTILITIES: readonly Hostility[] = [
  ...FOLDERS,
  ...STORED,
  ...MANIFESTS,
  ...ADOPTED,
  ...SMALL_FILES,
  ...NOTES,
  ...WORK,
];
