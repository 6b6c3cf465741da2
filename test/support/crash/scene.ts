import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { openCheckpoints, type Checkpoints, type OpenOptions } from "../../../src/index.js";
import { pictureOf } from "../temp-change.js";
import type { Job } from "./job.js";
import type { WorkerStart } from "./run-worker.js";

/** What a directory looks like, as `pictureOf` tells it. */
export type Picture = Record<string, string>;

/** A directory with its store, what is to be done there, and what may come of it. */
export interface Scene {
  name: string;
  /** Holds `my-feature/`, and every case gets a copy of it. */
  template: string;
  /** For a store on another file system: its template, beside which the copies come. */
  storeTemplate?: string;
  job: Pick<Job, "operation" | "id">;
  /** The live directory before the job, and when it is done; the same when the job does not touch it. */
  before: Picture;
  after: Picture;
  /** What the directory may be once all is put right. */
  allowed: readonly Picture[];
  /** For a repair that finishes a restore: the directory when it cannot, and undoes it. */
  undone?: Picture;
  /** Checkpoints that must still be there. */
  keeps: readonly string[];
  /** Checkpoints that may go, but not in part. */
  mayRemove?: readonly string[];
  /** Files in the store beside its own ones. */
  otherNames?: readonly string[];
  /** Files of the store and the text they must have in the end. */
  storedTexts?: Readonly<Record<string, string>>;
  /** Whether no other command can put it right. */
  needsRepair?: boolean;
  /** Whether a stored file is not what it should be. */
  isDamaged?: boolean;
  /** The user who does it all, when not the one that runs the tests. */
  userId?: number;
}

/** One copy of a scene. */
export interface Place {
  directory: string;
  storePath: string;
  /** All that was made for it. */
  folders: readonly string[];
}

/** Copies a scene with its modes, times and links. */
export function layOut(scene: Scene, folder: string): Place {
  copy(scene.template, folder);
  const place = placeIn(folder);
  if (scene.storeTemplate === undefined) return place;
  const storePath = `${scene.storeTemplate}-${basename(folder)}`;
  copy(scene.storeTemplate, storePath);
  return { ...place, storePath, folders: [...place.folders, storePath] };
}

/** The change directory and its store in a folder with a copy of a scene. */
export function placeIn(folder: string): Place {
  const directory = join(folder, "my-feature");
  return { directory, storePath: join(directory, ".checkpoints"), folders: [folder] };
}

export function clearAway({ folders }: Place): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/** How the worker of a scene is started. */
export function startOf({ userId }: Scene, workerPath: string): WorkerStart {
  return userId === undefined ? { workerPath } : { workerPath, userId };
}

/** The job of a scene at one of its copies. */
export function jobAt(scene: Scene, place: Place, operation = scene.job.operation): Job {
  return { ...scene.job, operation, directory: place.directory, storePath: place.storePath };
}

/** Opens the checkpoints of a copy, to look at them and to put them right. */
export function openPlace({ directory, storePath }: Place, options: OpenOptions = {}): Promise<Checkpoints> {
  return openCheckpoints(directory, { storePath, config: { durability: "none" }, ...options });
}

/** A first store moves the directory's own time, which is therefore left out where there was none before. */
export function lookAt(scene: Scene, place: Place): Picture {
  const picture = pictureOf(place.directory);
  return "." in scene.before ? picture : withoutRoot(picture);
}

export function withoutRoot({ ".": _root, ...picture }: Picture): Picture {
  return picture;
}

function copy(template: string, folder: string): void {
  mkdirSync(folder);
  execFileSync("cp", ["-a", `${template}/.`, folder]);
}
