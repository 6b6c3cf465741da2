import {
  diffCheckpoints,
  diffOfOperations,
  diffWithPredecessor,
  findPaths,
  listVersions,
  openStoredFile,
  patchOf,
  type Diff,
  type DiffOptions,
  type DiffPlace,
  type FilePatch,
  type FoundPaths,
  type PatchOptions,
  type VersionHistory,
} from "../diff/index.js";
import { findRecord } from "../checkpoint/index.js";
import type { RestorePlan } from "../restore/index.js";
import type { StoreAccess } from "./store-access.js";

interface Abortable {
  signal?: AbortSignal;
}

export async function compare(access: StoreAccess, from: string, to: string | null, options: DiffOptions): Promise<Diff> {
  return diffCheckpoints(placeOf(access), from, to, options);
}

export async function compareWithPredecessor(access: StoreAccess, id: string, options: DiffOptions): Promise<Diff> {
  return diffWithPredecessor(placeOf(access), id, options);
}

export function comparePlan(access: StoreAccess, plan: RestorePlan): Diff {
  return diffOfOperations(findRecord(access.read().index.checkpoints, plan.target), plan.operations);
}

export function writePatch(access: StoreAccess, diff: Diff, options: PatchOptions): AsyncGenerator<FilePatch> {
  return patchOf(access.store, diff, options);
}

export async function* streamStoredFile(access: StoreAccess, id: string, path: string, options: Abortable): AsyncGenerator<Uint8Array> {
  const content = await openStoredFile(placeOf(access), id, path, options.signal);
  try {
    yield* content.chunks();
  } finally {
    content.close();
  }
}

export async function listPathVersions(access: StoreAccess, path: string, options: Abortable): Promise<VersionHistory> {
  return listVersions(placeOf(access), path, options);
}

export async function findStoredPaths(access: StoreAccess, pattern: string, options: Abortable): Promise<FoundPaths> {
  return findPaths(placeOf(access), pattern, options);
}

function placeOf(access: StoreAccess): DiffPlace {
  return { store: access.store, state: access.read(), config: access.config };
}
