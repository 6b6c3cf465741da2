import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { HostilePlace, TemplateKind } from "./hostile-place.js";

export type Json = Record<string, unknown>;

/** One way to make a store hostile. */
export interface Hostility {
  name: string;
  /** The ordinary one by default. */
  template?: TemplateKind;
  /** Only root can make it. */
  needsRoot?: boolean;
  spoil(place: HostilePlace): void;
}

export const LONG = "x".repeat(10 * 1024 * 1024);

/** Text of arrays in arrays, deeper than any stack. */
export const DEEP = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;

export function readJson(path: string): Json {
  return JSON.parse(readFileSync(path, "utf8").replace(/^\ufeff/, "")) as Json;
}

/** Writes a file in place of whatever stands there. */
export function put(path: string, contents: string | Uint8Array): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}

export function indexPath({ storePath }: HostilePlace): string {
  return join(storePath, "state.json");
}

/** Changes the index; what is no JSON value comes in by replacing the text of one that is. */
export function forgeIndex(place: HostilePlace, change: (index: Json) => void, replace: [string, string][] = []): void {
  const index = readJson(indexPath(place));
  // An index without the hash of itself is taken as it stands, which is the worst case.
  delete index["index_sha256"];
  change(index);
  let text = JSON.stringify(index, null, 2);
  for (const [from, to] of replace) text = text.replace(from, to);
  put(indexPath(place), text);
}

export function recordOf(index: Json, id: string): Json {
  return (index["checkpoints"] as Json[]).find((record) => record["checkpoint_id"] === id) as Json;
}

/** The record of the first checkpoint, to be changed. */
export function forgeRecord(place: HostilePlace, change: (record: Json) => void): void {
  forgeIndex(place, (index) => change(recordOf(index, place.first)));
}

export function manifestPath({ storePath }: HostilePlace, id: string): string {
  return join(storePath, "manifests", `${id}.json`);
}

/** Changes a manifest and has the index vouch for it, so that nothing but its contents can be held against it. */
export function forgeManifest(place: HostilePlace, id: string, change: (manifest: Json) => void): void {
  const manifest = readJson(manifestPath(place, id));
  change(manifest);
  signManifest(place, id, JSON.stringify(manifest));
}

export function signManifest(place: HostilePlace, id: string, contents: string | Uint8Array): void {
  put(manifestPath(place, id), contents);
  const sha256 = createHash("sha256").update(contents).digest("hex");
  forgeIndex(place, (index) => (recordOf(index, id)["manifest_sha256"] = sha256));
}

/** The rows of a folder of a manifest. */
export function folderOf(manifest: Json, path: string): { files: unknown[][]; symlinks: unknown[][] } & Json {
  return (manifest["directories"] as ({ files: unknown[][]; symlinks: unknown[][] } & Json)[]).find((one) => one["path"] === path) as never;
}

export function snapshotPath({ storePath }: HostilePlace, id: string): string {
  return join(storePath, id);
}

/** Puts a copy of something into the canary, which shares no inode with what stays, and a symlink to it in its place. */
export function moveOutside(place: HostilePlace, path: string): void {
  const outside = join(place.canary, `moved-${path.split("/").at(-1)}`);
  execFileSync("cp", ["-a", path, outside]);
  linkTo(outside, path);
}

export function linkTo(target: string, path: string): void {
  rmSync(path, { recursive: true, force: true });
  symlinkSync(target, path);
}

export function makeFifo(path: string): void {
  rmSync(path, { recursive: true, force: true });
  execFileSync("mkfifo", [path]);
}

/** A file without an end. */
export function makeEndless(path: string): void {
  rmSync(path, { recursive: true, force: true });
  execFileSync("mknod", [path, "c", "1", "5"]);
}

export function makeFolder(path: string, files: Readonly<Record<string, string>> = { inside: "something" }): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) put(join(path, name), text);
}

/** Folders of a snapshot can be written by their owner; its files cannot. */
export function replaceStored(path: string, replace: (path: string) => void): void {
  chmodSync(dirname(path), 0o700);
  replace(path);
}

export const WORK_NAME = "0123456789abcdef";

/** The folder of the restore in flight of a cut-off template. */
export function restoreWork({ storePath }: HostilePlace): string {
  return join(storePath, readdirSync(storePath).find((name) => name.startsWith("restore-")) ?? "");
}

interface Forged {
  target: string;
  backup: string;
  operations: Json[];
  folders: Json[];
}

/** Changes the journal of a cut-off template and gives it its right hash again. */
export function forgeJournal(place: HostilePlace, change: (body: Forged & Json, work: string) => void): void {
  const work = restoreWork(place);
  const journal = readJson(join(work, "journal.json"));
  const body = journal["journal"] as Forged & Json;
  change(body, work);
  writeJournal(work, body);
}

export function writeJournal(work: string, body: Json): void {
  const sha256 = createHash("sha256").update(JSON.stringify(body)).digest("hex");
  put(join(work, "journal.json"), JSON.stringify({ format_version: 1, sha256, journal: body }));
}

/** An entry as a journal has it, of what stands at a path right now: nothing about it can be told from a true one. */
export function entryOf(directory: string, path: string): Json {
  const stats = lstatSync(join(directory, path), { bigint: true });
  const common = {
    path,
    mode: (Number(stats.mode) & 0o7777).toString(8).padStart(4, "0"),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mtime_ns: String(stats.mtimeNs),
    ctime_ns: String(stats.ctimeNs),
    ino: String(stats.ino),
  };
  if (stats.isDirectory()) return { type: "directory", ...common };
  return { type: "file", ...common, size: Number(stats.size), sha256: sha256Of(join(directory, path)) };
}

export function sha256OfText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export function sha256Of(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
