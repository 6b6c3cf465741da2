import type { CallOptions } from "../checkpoint/index.js";
import type { Config } from "../formats/index.js";
import type { Durability } from "../platform/index.js";
import type { IndexState, Store, StoreWriter } from "../store/index.js";

/** What workflows need of a store: the ways in, and who verifies checkpoints. */
export interface WorkflowAccess {
  readonly store: Store;
  readonly config: Config;
  readonly durability: Durability;
  /** What threads run for large trees; null where there are none. */
  readonly workerScript: string | null;
  now(): Date;
  /** The index as it is on disk. @throws StoreNotFoundError */
  read(): IndexState;
  /** Holds the store's lock while the work goes on; what a crash left is put right first. */
  write<Result>(command: string, options: WriteOptions, work: (writer: StoreWriter) => Promise<Result>): Promise<Result>;
  /** Holds the lock and nothing more, for one who has been in as a writer before. */
  lock<Result>(command: string, work: () => Result): Promise<Result>;
  /** Gives the ids, among these, whose stored files are not what their manifests say. */
  findDamaged(ids: readonly string[], options: CallOptions): Promise<string[]>;
}

export interface WriteOptions extends CallOptions {
  lockWaitMs?: number;
  /** Makes a store where there is none. */
  mayCreate?: boolean;
}
