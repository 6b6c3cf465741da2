import { lstatSync, readdirSync, type Dirent } from "node:fs";
import { join } from "node:path";
import { hasCode } from "../errors/index.js";
import { isCheckpointId, type CheckpointId } from "../formats/index.js";
import type { Store } from "./open-store.js";

const WORK_FOLDER = /^(tmp|trash|restore)-[0-9a-f]{16}$/;
const TEMPORARY_FILE = /^(\.gitignore|workflow\.json|state\.json(\.(previous|(legacy|broken)(-\d+)?))?)\.tmp-[0-9a-f]{16}$/;
const TEMPORARY_MANIFEST = /\.json(\.gz)?\.tmp-[0-9a-f]{16}$/;
const TEMPORARY_SESSION = /^(active|session-[0-9-]+)\.json\.tmp-[0-9a-f]{16}$/;
const OWN_NAME =
  /^(\.gitignore|state\.json(\.previous|\.(legacy|broken)(-\d+)?)?|manifests|damaged|workflow\.json|workflows|sessions|progress\.log|lock|lock-[0-9a-f]{16}\.tmp|lock-break-[0-9a-f]{16})$/;

/** What lies in a store's folder, by its names alone. */
export interface StoreListing {
  readonly exists: boolean;
  readonly hasIndex: boolean;
  /** Folders named like a checkpoint. */
  readonly folders: ReadonlySet<CheckpointId>;
  /** Ids with a manifest file; looked for when somebody first asks, for hardly any command does. */
  readonly manifests: ReadonlySet<CheckpointId>;
  /** `tmp-…`, `trash-…` and `restore-…` folders. */
  readonly work: readonly string[];
  /** Of a replacement that was cut off, relative to the store. */
  readonly temporaryFiles: readonly string[];
  /** The same among the manifests. */
  readonly temporaryManifests: readonly string[];
  /** Everything else: other programs' files, which are never touched. */
  readonly foreign: readonly string[];
}

/** Reads the names in a store; a store that is not there is an empty listing. @throws ENXIO when `manifests` is not a plain folder */
export function listFolder(store: Store): StoreListing {
  return new Listing(store, readNames(store.path));
}

class Listing implements StoreListing {
  readonly exists: boolean;
  readonly hasIndex: boolean;
  readonly folders = new Set<CheckpointId>();
  readonly work: string[] = [];
  readonly temporaryFiles: string[] = [];
  readonly foreign: string[] = [];
  readonly #store: Store;
  readonly #hasManifests: boolean;
  #manifests: { ids: Set<CheckpointId>; temporaries: string[] } | null = null;

  constructor(store: Store, entries: readonly Dirent[] | undefined) {
    this.#store = store;
    this.exists = entries !== undefined;
    let [hasIndex, hasManifests, hasSessions] = [false, false, false];
    for (const entry of entries ?? []) {
      const { name } = entry;
      if (name === "state.json") hasIndex = true;
      else if (name === "manifests") hasManifests = isFolder(entry);
      else if (name === "sessions") hasSessions = entry.isDirectory();
      else if (entry.isDirectory() && isCheckpointId(name)) this.folders.add(name);
      else if (entry.isDirectory() && WORK_FOLDER.test(name)) this.work.push(name);
      else if (entry.isFile() && TEMPORARY_FILE.test(name)) this.temporaryFiles.push(name);
      else if (!OWN_NAME.test(name)) this.foreign.push(name);
    }
    this.hasIndex = hasIndex;
    this.#hasManifests = hasManifests;
    for (const entry of hasSessions ? (readNames(store.sessionsPath) ?? []) : []) {
      if (entry.isFile() && TEMPORARY_SESSION.test(entry.name)) this.temporaryFiles.push(`sessions/${entry.name}`);
    }
  }

  get manifests(): ReadonlySet<CheckpointId> {
    return this.#listManifests().ids;
  }

  get temporaryManifests(): readonly string[] {
    return this.#listManifests().temporaries;
  }

  #listManifests() {
    if (this.#manifests !== null) return this.#manifests;
    const found = { ids: new Set<CheckpointId>(), temporaries: [] as string[] };
    for (const name of this.#hasManifests ? readManifestNames(this.#store) : []) {
      const id = name.endsWith(".json") ? name.slice(0, -5) : name.endsWith(".json.gz") ? name.slice(0, -8) : null;
      // Nearly all of them belong to a folder, whose name was looked at.
      if (id !== null && (this.folders.has(id as CheckpointId) || isCheckpointId(id))) found.ids.add(id as CheckpointId);
      else if (TEMPORARY_MANIFEST.test(name) && isPlainFile(join(this.#store.manifestsPath, name)))
        found.temporaries.push(`manifests/${name}`);
    }
    this.#manifests = found;
    return found;
  }
}

function isFolder(manifests: Dirent): boolean {
  if (manifests.isDirectory()) return true;
  throw Object.assign(new Error("its manifests folder is not a plain folder"), { code: "ENXIO" });
}

/** Names alone: there is one for each checkpoint, and only those of temporary files need a closer look. */
function readManifestNames(store: Store): string[] {
  try {
    return readdirSync(store.manifestsPath);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}

function isPlainFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function readNames(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}
