import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import type { CommandOutcome } from "./command-runner.js";
import type { HostileCommand } from "./commands.js";
import { UNCAPTURED, type HostilePlace } from "./hostile-place.js";

/** What stands in the directory and its store, without following anything. */
export interface Sight {
  live: ReadonlyMap<string, string>;
  stored: ReadonlyMap<string, string>;
  /** Hashes of the contents of files, wherever they stand. */
  liveContents: ReadonlySet<string>;
  /** Of stored files, as far as some manifest knows them. */
  snapshotContents: ReadonlySet<string>;
  allContents: ReadonlySet<string>;
  /** Paths of the directory that are one file with something in the store. */
  shared: readonly string[];
}

/** What a snapshot may hold by forgery, and no command may put into a directory. */
const NEVER_RIGHTFUL = /(^|\/)(\.git|\.checkpoints|\.stepback-restore-[0-9a-f]+)(\/|$)/;
const STORED_PATH = /^\.checkpoints\/checkpoint-[^/]*\/(.+)$/;
const UNCAPTURED_PATHS = [...Object.keys(UNCAPTURED), ".git", "other/.checkpoints", "other/.checkpoints/manifests"];
const EXPECTED_STATUS: ReadonlySet<number> = new Set([0, 3, 10, 11, 12, 13, 15, 17, 125]);

/** Looks at everything; what is in neither regular files nor symlinks is named by its type. */
export function lookAtPlace({ directory, storePath }: HostilePlace): Sight {
  const [live, stored] = [new Map<string, string>(), new Map<string, string>()];
  const inodes = { live: new Map<string, bigint>(), stored: new Set<bigint>() };
  const manifests: string[] = [];
  const contents = { live: new Set<string>(), snapshots: new Set<string>(), all: new Set<string>() };
  const visit = (path: string, shown: string, isStored: boolean): void => {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return;
    const attributes = `${stats.mode.toString(8)} ${stats.uid} ${stats.mtimeNs}`;
    const found = isStored ? stored : live;
    if (stats.isDirectory()) {
      found.set(shown, attributes);
      for (const name of readdirSync(path)) {
        const child = join(path, name);
        visit(child, shown === "" ? name : `${shown}/${name}`, isStored || child === storePath || isWork(shown, name));
      }
    } else if (stats.isFile()) {
      const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
      found.set(shown, `${sha256} ${attributes}`);
      contents.all.add(sha256);
      if (isStored) inodes.stored.add(stats.ino);
      else inodes.live.set(shown, stats.ino);
      if (!isStored) contents.live.add(sha256);
      else if (shown.includes("/manifests/")) manifests.push(readFileSync(path, "latin1"));
      else if (/(^|\/)checkpoint-/.test(shown)) contents.snapshots.add(sha256);
    } else found.set(shown, stats.isSymbolicLink() ? `-> ${readlinkSync(path)}` : `special ${attributes}`);
  };
  visit(directory, "", false);
  // Other bytes than a manifest knows are damage, which a repair replaces.
  const vouchedFor = new Set([...contents.snapshots].filter((sha256) => manifests.some((text) => text.includes(sha256))));
  const shared = [...inodes.live].flatMap(([path, inode]) => (inodes.stored.has(inode) ? [path] : []));
  return { live, stored, liveContents: contents.live, snapshotContents: vouchedFor, allContents: contents.all, shared };
}

function isWork(folder: string, name: string): boolean {
  return folder === "" && name.startsWith(".stepback-restore-");
}

interface Deed {
  command: HostileCommand;
  outcome: CommandOutcome;
  before: Sight;
  after: Sight;
  /** A restore in flight may be ended by any command that writes. */
  hasRestoreInFlight: boolean;
}

/** Says in words what a command did that it must never do; empty when it did no harm. */
export function harmOf(deed: Deed): string[] {
  const { command, outcome, before, after } = deed;
  const harm = EXPECTED_STATUS.has(outcome.status) ? [] : [`exit status ${outcome.status}: ${outcome.err || outcome.out}`];
  if (command.reach === "reads") {
    const stored = [before.stored, after.stored].map(withoutNotes) as [ReadonlyMap<string, string>, ReadonlyMap<string, string>];
    return [...harm, ...differences("directory", before.live, after.live), ...differences("store", ...stored)];
  }
  const mayChangeLive = command.reach === "restores" || deed.hasRestoreInFlight;
  if (!mayChangeLive) harm.push(...differences("directory", withoutRoot(before.live), withoutRoot(after.live)));
  for (const path of UNCAPTURED_PATHS) {
    if (before.live.get(path) !== after.live.get(path))
      harm.push(`${path} was never captured, and is now ${after.live.get(path) ?? "gone"}`);
  }
  const rightful = new Set(
    [...before.stored.keys()].flatMap((path) => STORED_PATH.exec(path)?.[1] ?? []).filter((path) => !NEVER_RIGHTFUL.test(path)),
  );
  for (const path of after.live.keys()) {
    if (!before.live.has(path) && !rightful.has(path)) harm.push(`${path} stands in the directory now`);
  }
  harm.push(
    ...[...before.liveContents].filter((one) => !after.allContents.has(one)).map((one) => `the content ${one} of a live file is lost`),
  );
  if (command.reach !== "removes") {
    const lost = [...before.snapshotContents].filter((one) => !after.allContents.has(one));
    harm.push(...lost.map((one) => `the content ${one} of a snapshot is lost`));
  }
  return harm;
}

/** The exit status, and the code where the command said it in JSON. */
export function outcomeText({ status, err }: CommandOutcome): string {
  const code = /"code": ?"([A-Z_]+)"/.exec(err)?.[1];
  return code === undefined ? String(status) : `${status} ${code}`;
}

/** Whoever finds damage notes it, readers too. */
function withoutNotes(stored: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...stored].filter(([path]) => !/^\.checkpoints($|\/damaged($|\/))/.test(path)));
}

function withoutRoot(live: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...live].filter(([path]) => path !== ""));
}

function differences(where: string, before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths]
    .filter((path) => before.get(path) !== after.get(path))
    .slice(0, 5)
    .map(
      (path) => `${where}: ${basename(path) === "" ? "." : path} was ${before.get(path) ?? "nothing"}, is ${after.get(path) ?? "nothing"}`,
    );
}
