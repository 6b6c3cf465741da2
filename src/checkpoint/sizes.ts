import { join } from "node:path";
import type { CheckpointId, CheckpointRecord } from "../formats/index.js";
import { surveyDisk, withStorageErrors, withStorageErrorsSync, type DiskSurvey } from "../platform/index.js";
import { findManifestPath, listFolder, type Store } from "../store/index.js";
import type { CallOptions } from "./requests.js";

/** What checkpoints take on disk, together and each by itself; manifests count, the index does not. */
export class CheckpointSurvey {
  readonly #numbers: ReadonlyMap<CheckpointId, number>;
  readonly #disk: DiskSurvey;

  constructor(ids: readonly CheckpointId[], disk: DiskSurvey) {
    this.#numbers = new Map(ids.map((id, index) => [id, index]));
    this.#disk = disk;
  }

  /** What these take together, hard links counted once. */
  occupiedBytes(ids: Iterable<CheckpointId>): number {
    return this.#disk.occupiedBytes(this.#numbersOf(ids));
  }

  /** What deleting these would free. */
  freedBytes(ids: Iterable<CheckpointId>): number {
    return this.#disk.freedBytes(this.#numbersOf(ids));
  }

  #numbersOf(ids: Iterable<CheckpointId>): number[] {
    return [...ids].flatMap((id) => this.#numbers.get(id) ?? []);
  }
}

/** What a store takes on disk, and what of it each checkpoint alone. */
export interface StoreSizes {
  checkpoints: CheckpointSize[];
  /** All checkpoints with their manifests, hard links counted once. */
  occupiedBytes: number;
}

export interface CheckpointSize {
  id: CheckpointId;
  /** The sizes of its files, as if there were no other checkpoint. */
  logicalBytes: number;
  /** What only this checkpoint holds on disk, and its deletion would free. */
  uniqueBytes: number;
}

/** Looks at every stored file of some checkpoints. */
export async function surveyCheckpoints(store: Store, ids: readonly CheckpointId[], options: CallOptions): Promise<CheckpointSurvey> {
  const groups = [...ids.map((id) => storedPathsOf(store, id)), preparedPathsOf(store)];
  const passing = groups.length - 1;
  return new CheckpointSurvey(ids, await withStorageErrors(store.path, () => surveyDisk(groups, { ...surveying(options), passing })));
}

/** Looks at every file in a store. */
export async function surveyStore(
  store: Store,
  ids: readonly CheckpointId[],
  options: CallOptions,
): Promise<{ survey: CheckpointSurvey; storeBytes: number }> {
  const groups = [...ids.map((id) => storedPathsOf(store, id)), [store.path], preparedPathsOf(store)];
  const passing = groups.length - 1;
  const disk = await withStorageErrors(store.path, () => surveyDisk(groups, { ...surveying(options), passing }));
  return { survey: new CheckpointSurvey(ids, disk), storeBytes: disk.occupiedBytes(groups.keys()) };
}

/** Says what each of some checkpoints takes. */
export function sizesOf(records: readonly CheckpointRecord[], survey: CheckpointSurvey): StoreSizes {
  const checkpoints = records.map(({ id, totalBytes }) => ({ id, logicalBytes: totalBytes, uniqueBytes: survey.freedBytes([id]) }));
  return { checkpoints, occupiedBytes: survey.occupiedBytes(records.map(({ id }) => id)) };
}

/** What was begun for the next checkpoint, or is being made, goes before anything is deleted. */
function preparedPathsOf(store: Store): string[] {
  const { work } = withStorageErrorsSync(store.path, () => listFolder(store));
  return work.filter((name) => name.startsWith("tmp-")).map((name) => join(store.path, name));
}

/** How a survey is told to look, and to report. */
export function surveying({ signal, onProgress }: CallOptions) {
  const onLooked = (doneEntries: number): void =>
    onProgress?.({ activity: "measure", doneEntries, totalEntries: null, doneBytes: 0, totalBytes: null });
  return { signal, onLooked };
}

/** Everything in the store that goes with a checkpoint. */
export function storedPathsOf(store: Store, id: CheckpointId): string[] {
  const manifestPath = findManifestPath(store, id);
  return manifestPath === undefined ? [store.snapshotPath(id)] : [store.snapshotPath(id), manifestPath];
}
