import { lstatSync, readdirSync } from "node:fs";
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
  exists: boolean;
  hasIndex: boolean;
  /** Folders named like a checkpoint. */
  folders: Set<CheckpointId>;
  /** Ids with a manifest file. */
  manifests: Set<CheckpointId>;
  /** `tmp-…`, `trash-…` and `restore-…` folders. */
  work: string[];
  /** Of a replacement that was cut off, relative to the store. */
  temporaryFiles: string[];
  /** Everything else: other programs' files, which are never touched. */
  foreign: string[];
}

/** Reads the names in a store; a store that is not there is an empty listing. @throws ENXIO when `manifests` is not a plain folder */
export function listFolder(store: Store): StoreListing {
  const listing: StoreListing = {
    exists: true,
    hasIndex: false,
    folders: new Set(),
    manifests: new Set(),
    work: [],
    temporaryFiles: [],
    foreign: [],
  };
  const entries = readNames(store.path);
  if (entries === undefined) return { ...listing, exists: false };
  for (const entry of entries) {
    const { name } = entry;
    if (name === "state.json") listing.hasIndex = true;
    else if (entry.isDirectory() && isCheckpointId(name)) listing.folders.add(name);
    else if (entry.isDirectory() && WORK_FOLDER.test(name)) listing.work.push(name);
    else if (entry.isFile() && TEMPORARY_FILE.test(name)) listing.temporaryFiles.push(name);
    else if (!OWN_NAME.test(name)) listing.foreign.push(name);
  }
  const manifests = entries.find(({ name }) => name === "manifests");
  if (manifests !== undefined && !manifests.isDirectory()) {
    throw Object.assign(new Error("its manifests folder is not a plain folder"), { code: "ENXIO" });
  }
  for (const name of manifests === undefined ? [] : readManifestNames(store)) {
    const id = name.endsWith(".json") ? name.slice(0, -5) : name.endsWith(".json.gz") ? name.slice(0, -8) : null;
    // Nearly all of them belong to a folder, whose name was looked at.
    if (id !== null && (listing.folders.has(id as CheckpointId) || isCheckpointId(id))) listing.manifests.add(id as CheckpointId);
    else if (TEMPORARY_MANIFEST.test(name) && isPlainFile(join(store.manifestsPath, name)))
      listing.temporaryFiles.push(`manifests/${name}`);
  }
  const hasSessions = entries.some((entry) => entry.name === "sessions" && entry.isDirectory());
  for (const entry of hasSessions ? (readNames(store.sessionsPath) ?? []) : []) {
    if (entry.isFile() && TEMPORARY_SESSION.test(entry.name)) listing.temporaryFiles.push(`sessions/${entry.name}`);
  }
  return listing;
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
