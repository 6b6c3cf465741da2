import type { BigIntStats } from "node:fs";
import { BackupIncompleteError, ConflictError } from "../errors/index.js";
import {
  depthOf,
  entriesByPath,
  isFailure,
  type CheckpointRecord,
  type Config,
  type Journal,
  type Manifest,
  type ManifestLines,
  type TreeEntry,
} from "../formats/index.js";
import { DescriptorReserve, flushWritten, mayChangeOwners, printablePath, RootDirectory } from "../platform/index.js";
import {
  discardWorkFolder,
  noteDamage,
  readDiffering,
  readManifestLines,
  type IndexState,
  type Store,
  type StoreWriter,
} from "../store/index.js";
import { isRacy, resolvePath } from "../tree/index.js";
import { captureDirectory, findRecord, publishCapture, secureCaptured, toCheckpoint, type LiveCapture } from "../checkpoint/index.js";
import type { ApplyContext } from "./apply.js";
import { endRestore, tryToComplete, undoRestore } from "./complete.js";
import { foldersOf } from "./journal-plan.js";
import { LiveLooks } from "./live-looks.js";
import { planRestore, type LiveState } from "./plan-restore.js";
import { probeFileSystem } from "./probe-file-system.js";
import type { RestoreOptions, RestorePlan, RestoreResult } from "./requests.js";
import { describeKept } from "./roll-back.js";
import { assertWithinFileSystem, stageAll } from "./stage.js";
import { isInDirectory, makeWork, writeJournal, type RestoreWork } from "./work.js";

export interface RestoreEnvironment {
  config: Config;
  options: RestoreOptions;
  /** The script of the threads that help with much work, null for none. */
  workerScript?: string | null;
}

/** Says what a restore would do; writes nothing, takes no lock. */
export async function previewRestore(store: Store, state: IndexState, id: string, environment: RestoreEnvironment): Promise<RestorePlan> {
  const target = findRecord(state.index.checkpoints, id);
  const lines = readManifestLines(store, target);
  const records = state.index.checkpoints;
  const { config, options, workerScript = null } = environment;
  const manifests = new Map([[target.id, lines]]);
  const live = await captureDirectory({ store, config, records, manifests, writer: null, options, workerScript });
  const { manifest, rest, same } = findDifference(store, target, lines, live);
  return planRestore(manifest, rest, { ...planOptions(store, options), same });
}

/**
 * Brings the directory back to a checkpoint: exactly the old or exactly the new state, whatever happens on the way.
 * @throws DamagedError, BackupIncompleteError, UncapturedInTheWayError, NoSpaceError with nothing changed; ConflictError and
 * RestoreVerificationError with everything put back
 */
export async function restoreCheckpoint(writer: StoreWriter, id: string, environment: RestoreEnvironment): Promise<RestoreResult> {
  const { store } = writer;
  const { options, config, workerScript = null } = environment;
  const target = findRecord(writer.index.checkpoints, id);
  const lines = readManifestLines(store, target);
  const records = writer.index.checkpoints;
  const manifests = new Map([[target.id, lines]]);
  const live = await captureDirectory({ store, config, records, manifests, writer, options, workerScript });
  try {
    const { manifest, rest, same } = findDifference(store, target, lines, live);
    const plan = planRestore(manifest, rest, { ...planOptions(store, options), same });
    const warnings = [...writer.entry.warnings];
    if (plan.operations.length === 0) return { target: toCheckpoint(store, target), backup: null, plan, warnings };
    assertBackupComplete(live);
    const done = await Restore.run(writer, { target, manifest, live, rest, plan, options, workerScript });
    const restored = findRecord(writer.index.checkpoints, target.id);
    return {
      target: toCheckpoint(store, restored),
      backup: toCheckpoint(store, done.backup),
      plan,
      warnings: [...warnings, ...done.warnings],
    };
  } finally {
    await live.open?.discard();
  }
}

/** What there is to compare: most files are, by their own looks and by both manifests, what they were. */
function findDifference(store: Store, target: CheckpointRecord, lines: ManifestLines, live: LiveCapture) {
  const { manifest, leftOut } = readDiffering(store, target, lines, live.linked.rows);
  const rest: LiveState = { entries: live.entries.filter(({ path }) => !leftOut.has(path)), uncaptured: live.uncaptured };
  return { manifest, rest, same: leftOut };
}

interface RestoreParts {
  target: CheckpointRecord;
  /** Without the files that are what they were, as is the rest of the live directory. */
  manifest: Manifest;
  rest: LiveState;
  live: LiveCapture;
  plan: RestorePlan;
  options: RestoreOptions;
  workerScript: string | null;
}

interface Done {
  backup: CheckpointRecord;
  warnings: string[];
}

/** One restore from its staged files to its record. */
class Restore {
  readonly #writer: StoreWriter;
  readonly #parts: RestoreParts;
  readonly #root: RootDirectory;
  /** The directory as it was before its work folder. */
  readonly #found: { mode: bigint; mtimeNs: bigint };
  readonly #work: RestoreWork;

  static async run(writer: StoreWriter, parts: RestoreParts): Promise<Done> {
    const root = RootDirectory.open(writer.store.directory);
    try {
      return await new Restore(writer, parts, root).#run();
    } finally {
      root.close();
    }
  }

  private constructor(writer: StoreWriter, parts: RestoreParts, root: RootDirectory) {
    this.#writer = writer;
    this.#parts = parts;
    this.#root = root;
    this.#found = root.lookAt("") as BigIntStats;
    this.#work = makeWork(writer.store);
  }

  async #run(): Promise<Done> {
    let journal: Journal;
    let backup: CheckpointRecord;
    let reserve: DescriptorReserve | null = null;
    try {
      await this.#stage();
      backup = await this.#takeBackup();
      journal = this.#makeJournal(backup);
      reserve = DescriptorReserve.take(descriptorsToUndo(journal), this.#work.path);
      writeJournal(this.#work, journal, this.#writer.durability);
    } catch (error) {
      reserve?.release();
      await this.#withdraw();
      throw error;
    }
    try {
      return { backup, warnings: await this.#carryOut(journal, reserve) };
    } finally {
      reserve.release();
    }
  }

  /** A refused restore leaves the directory's time as it was, also where the work folder came and went in it. */
  async #withdraw(): Promise<void> {
    await discardWorkFolder(this.#work.path);
    if (!isInDirectory(this.#writer.store, this.#work)) return;
    const { mode, mtimeNs } = this.#found;
    this.#root.setAttributes("", { type: "directory", mode: Number(mode) & 0o7777, mtimeNs, owner: null });
  }

  async #stage(): Promise<void> {
    const { target, plan, options, workerScript } = this.#parts;
    const looks = new LiveLooks(this.#root);
    assertWithinFileSystem(looks, this.#root.device, plan.operations);
    await probeFileSystem(looks, this.#work, plan.operations);
    await stageAll(this.#work, {
      target: target.id,
      snapshotPath: this.#writer.store.snapshotPath(target.id),
      operations: plan.operations,
      keepOwner: mayChangeOwners(),
      options,
      workerScript,
      onDamaged: (hashes) => void noteDamage(this.#writer.store, hashes),
    });
  }

  /** The staged files become durable together with the backup when they lie on the store's file system. */
  async #takeBackup(): Promise<CheckpointRecord> {
    const { target, live, plan, options } = this.#parts;
    const { store, durability } = this.#writer;
    const endangered = plan.operations.flatMap(({ kind, before }) => (kind !== "retouch" && before?.type === "file" ? [before] : []));
    await secureCaptured(store, live, endangered, options);
    const notes = `before the restore of ${target.id}`;
    const staged = { folder: this.#work.path, entryCount: plan.operations.length };
    const isElsewhere = isInDirectory(store, this.#work);
    const { record } = await publishCapture(this.#writer, live, {
      request: { type: "backup", notes, step: null },
      backupOf: target.id,
      run: null,
      alongside: isElsewhere ? [] : [staged],
    });
    if (durability === "full" && isElsewhere) await flushWritten(staged.folder, { files: [], folders: [], trees: [staged] });
    return record;
  }

  #makeJournal(backup: CheckpointRecord): Journal {
    const { target, manifest, rest, live, plan, options } = this.#parts;
    const now = this.#writer.now();
    return {
      target: target.id,
      backup: backup.id,
      startedAt: now.toISOString(),
      paths: [...(options.paths ?? [])],
      counts: plan.counts,
      operations: plan.operations.map(({ path, before, after }, slot) => ({
        slot,
        path,
        before: before === null ? null : withoutRacyIdentity(before, live.scanStartedNs),
        after,
      })),
      folders: foldersOf(plan, {
        lives: entriesByPath(rest),
        targets: entriesByPath(manifest),
        isWhole: (options.paths ?? []).length === 0 && manifest.scope === "tree",
        disturbsRoot: isInDirectory(this.#writer.store, this.#work),
        nowNs: BigInt(now.getTime()) * 1_000_000n,
      }),
    };
  }

  async #carryOut(journal: Journal, reserve: DescriptorReserve): Promise<string[]> {
    const { options } = this.#parts;
    const context: ApplyContext = {
      root: this.#root,
      work: this.#work,
      journal,
      keepOwner: mayChangeOwners(),
      placed: new Map(),
      onStep: (done, total) =>
        options.onProgress?.({ activity: "apply", doneEntries: done, totalEntries: total, doneBytes: 0, totalBytes: null }),
    };
    const failure = await tryToComplete(this.#writer, context, "restored");
    if (failure === null) return endRestore(this.#writer, context, "after");
    reserve.release();
    const kept = await undoRestore(this.#writer, context, failure);
    if (kept.length === 0) throw failure;
    const paths = kept.map(({ path }) => path).join(", ");
    throw new ConflictError(paths, `was changed meanwhile and ${describeKept(kept)}; all else was put back`, failure);
  }
}

/** The folders on the way to the deepest path, and some for the index, the flush and a file that is read. */
function descriptorsToUndo({ operations }: Journal): number {
  return Math.max(0, ...operations.map(({ path }) => depthOf(path))) + 8;
}

/**
 * What could be edited after its capture without any timestamp moving is not to be known again by its looks: it is hashed instead.
 * A folder's identity is never asked for content.
 */
function withoutRacyIdentity(before: TreeEntry, scanStartedNs: bigint): TreeEntry {
  return before.type !== "directory" && isRacy(before, scanStartedNs) ? { ...before, ino: 0n } : before;
}

function assertBackupComplete(live: LiveCapture): void {
  const failed = live.uncaptured.filter(isFailure);
  if (failed.length === 0) return;
  throw new BackupIncompleteError(
    failed.map(({ path, reason, detail }) => ({ path: printablePath(path), reason: `${reason}: ${detail}` })),
  );
}

function planOptions(store: Store, options: RestoreOptions) {
  return {
    paths: (options.paths ?? []).map((path) => resolvePath(store.directory, path)),
    keepAdded: options.keepAdded ?? false,
    keepOwner: mayChangeOwners(),
  };
}
