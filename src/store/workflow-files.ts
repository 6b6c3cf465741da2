import { lstatSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { hasCode, StoreUnusableError, WorkflowUnusableError } from "../errors/index.js";
import { isThere, readPlainFile, removeFile, replaceFile, syncFolder, toStorageError, type Durability } from "../platform/index.js";
import type { Store } from "./open-store.js";

const CURRENT_NAME = "workflow.json";
const FOLDER_NAME = "workflows";
/** `~2` and so on tell earlier ones of the same id apart; no id holds a tilde. */
const SET_ASIDE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}(~\d+)?\.json$/;
/** Far more than ten thousand steps take. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The record of the workflow that a store is in the middle of, or was last. */
export function workflowPath(store: Store): string {
  return join(store.path, CURRENT_NAME);
}

/** Reads the record of a workflow; undefined when there is none. @throws WorkflowUnusableError for what is no plain file */
export function readWorkflowBytes(path: string): Buffer | undefined {
  try {
    const bytes = readPlainFile(path);
    if (bytes !== undefined && bytes.length > MAX_BYTES) throw new WorkflowUnusableError(path, `has ${bytes.length} bytes`);
    return bytes;
  } catch (error) {
    if (hasCode(error, "ENOTDIR")) return undefined;
    if (hasCode(error, "ENXIO", "EFBIG", "EISDIR")) throw new WorkflowUnusableError(path, "is not a plain file", error);
    throw toStorageError(error, path);
  }
}

/** Replaces the record of the current workflow; to be done under the lock. @throws NoSpaceError, StoreUnusableError */
export function saveWorkflowBytes(store: Store, bytes: Uint8Array, durability: Durability): void {
  replaceFile(workflowPath(store), bytes, { mode: 0o600, durability });
}

/** The records that were set aside for other workflows, as paths. */
export function workflowsSetAside(store: Store): string[] {
  const folder = join(store.path, FOLDER_NAME);
  try {
    if (!isPlainFolder(folder)) return [];
    const entries = readdirSync(folder, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile() && SET_ASIDE_NAME.test(entry.name)).map(({ name }) => name);
    return names.sort().map((name) => join(folder, name));
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return [];
    throw toStorageError(error, folder);
  }
}

/** Moves the record of the current workflow out of the way of another one; to be done under the lock. */
export function setWorkflowAside(store: Store, id: string): void {
  const folder = join(store.path, FOLDER_NAME);
  try {
    makePrivateFolder(folder);
    let path = join(folder, `${id}.json`);
    for (let count = 2; isThere(path); count += 1) path = join(folder, `${id}~${count}.json`);
    renameSync(workflowPath(store), path);
    [folder, store.path].forEach(syncFolder);
  } catch (error) {
    throw toStorageError(error, folder);
  }
}

/** Makes a record that was set aside the current one again; there must be no other. */
export function bringWorkflowBack(store: Store, path: string): void {
  try {
    renameSync(path, workflowPath(store));
    [join(store.path, FOLDER_NAME), store.path].forEach(syncFolder);
  } catch (error) {
    throw toStorageError(error, path);
  }
}

/** Removes a record; its checkpoints stay. */
export function removeWorkflowFile(path: string): void {
  try {
    removeFile(path);
  } catch (error) {
    throw toStorageError(error, path);
  }
}

/** A symlink in its place would lead out of the store. */
function makePrivateFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    if (!isPlainFolder(folder)) throw new StoreUnusableError(folder, "is not a folder");
  }
}

function isPlainFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
