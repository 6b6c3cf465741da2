import type { BigIntStats } from "node:fs";
import { BackupIncompleteError, ConflictError, RestoreVerificationError, UnsafePathError } from "../errors/index.js";
import {
  entriesByPath,
  isFailure,
  type CheckpointRecord,
  type Config,
  type Journal,
  type Manifest,
  type RestoreRecord,
} from "../formats/index.js";
import { flushFileSystem, flushFolders, printablePath, RootDirectory } from "../platform/index.js";
import { readManifest, removeWorkFolder, type IndexState, type Store, type StoreWriter } from "../store/index.js";
import { captureDirectory, findRecord, publishCapture, secureCaptured, toCheckpoint, type LiveCapture } from "../checkpoint/index.js";
import { applyJournal, attributesOf, type ApplyContext } from "./apply.js";
import { foldersOf } from "./journal-plan.js";
import { planRestore } from "./plan-restore.js";
import { probeFileSystem } from "./probe-file-system.js";
import { recordRestore } from "./record-restore.js";
import type { RestoreOptions, RestorePlan, RestoreResult } from "./requests.js";
import { resolvePath } from "./resolve-path.js";
import { rollBackJournal } from "./roll-back.js";
import { assertWithinFileSystem, stageFiles } from "./stage.js";
import { findUnapplied } from "./verify-applied.js";
import { closeWork, isInDirectory, makeWork, markRollBack, writeJournal, type RestoreWork } from "./work.js";

export interface RestoreEnvironment {
  config: Config;
  options: RestoreOptions;
}

/** Says what a restore would do; writes nothing, takes no lock. */
export async function previewRestore(store: Store, state: IndexState, id: string, environment: RestoreEnvironment): Promise<RestorePlan> {
  const target = findRecord(state.index.checkpoints, id);
  const manifest = readManifest(store, target);
  const records = state.index.checkpoints;
  const live = await captureDirectory({ store, config: environment.config, records, writer: null, options: environment.options });
  return planRestore(manifest, live, planOptions(store, environment.options));
}

/**
 * Brings the directory back to a checkpoint: exactly the old or exactly the new state, whatever happens on the way.
 * @throws DamagedError, BackupIncompleteError, UncapturedInTheWayError, NoSpaceError with nothing changed; ConflictError and
 * RestoreVerificationError with everything put back
 */
export async function restoreCheckpoint(writer: StoreWriter, id: string, environment: RestoreEnvironment): Promise<RestoreResult> {
  const { store } = writer;
  const { options, config } = environment;
  const target = findRecord(writer.index.checkpoints, id);
  const manifest = readManifest(store, target);
  const live = await captureDirectory({ store, config, records: writer.index.checkpoints, writer, options });
  try {
    const plan = planRestore(manifest, live, planOptions(store, options));
    const warnings = [...writer.entry.warnings];
    if (plan.operations.length === 0) return { target: toCheckpoint(store, target), backup: null, plan, warnings };
    assertBackupComplete(live);
    const backup = await new Restore(writer, { target, manifest, live, plan, options }).run();
    const restored = findRecord(writer.index.checkpoints, target.id);
    return { target: toCheckpoint(store, restored), backup: toCheckpoint(store, backup), plan, warnings };
  } finally {
    await live.open?.discard();
  }
}

interface RestoreParts {
  target: CheckpointRecord;
  manifest: Manifest;
  live: LiveCapture;
  plan: RestorePlan;
  options: RestoreOptions;
}

/** One restore from its staged files to its record. */
class Restore {
  readonly #writer: StoreWriter;
  readonly #parts: RestoreParts;
  readonly #root: RootDirectory;
  /** The directory as it was before its work folder. */
  readonly #found: { mode: bigint; mtimeNs: bigint };
  readonly #work: RestoreWork;

  constructor(writer: StoreWriter, parts: RestoreParts) {
    this.#writer = writer;
    this.#parts = parts;
    this.#root = RootDirectory.open(writer.store.directory);
    this.#found = this.#root.lookAt("") as BigIntStats;
    this.#work = makeWork(writer.store);
  }

  async run(): Promise<CheckpointRecord> {
    let isCommitted = false;
    try {
      await this.#stage();
      const backup = await this.#takeBackup();
      const journal = this.#makeJournal(backup);
      writeJournal(this.#work, journal, this.#writer.durability);
      isCommitted = true;
      await this.#carryOut(journal);
      return backup;
    } finally {
      if (!isCommitted) await this.#withdraw();
      this.#root.close();
    }
  }

  /** A refused restore leaves the directory's time as it was, also where the work folder came and went in it. */
  async #withdraw(): Promise<void> {
    await removeWorkFolder(this.#work.path);
    if (!isInDirectory(this.#writer.store, this.#work)) return;
    const { mode, mtimeNs } = this.#found;
    this.#root.setAttributes("", { type: "directory", mode: Number(mode) & 0o7777, mtimeNs, owner: null });
  }

  async #stage(): Promise<void> {
    const { target, plan, options } = this.#parts;
    assertWithinFileSystem(this.#root, plan.operations);
    await probeFileSystem(this.#root, this.#work, plan.operations);
    await stageFiles(this.#work, {
      target: target.id,
      snapshotPath: this.#writer.store.snapshotPath(target.id),
      operations: plan.operations,
      keepOwner: isRoot(),
      options,
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
    if (durability === "full" && isElsewhere) await flushFolders([staged.folder], staged.entryCount);
    return record;
  }

  #makeJournal(backup: CheckpointRecord): Journal {
    const { target, manifest, live, plan, options } = this.#parts;
    const now = this.#writer.now();
    return {
      target: target.id,
      backup: backup.id,
      startedAt: now.toISOString(),
      paths: [...(options.paths ?? [])],
      counts: plan.counts,
      operations: plan.operations.map(({ path, before, after }, slot) => ({ slot, path, before, after })),
      folders: foldersOf(plan, {
        lives: entriesByPath({ entries: live.entries }),
        targets: entriesByPath(manifest),
        isWhole: (options.paths ?? []).length === 0 && manifest.scope === "tree",
        disturbsRoot: isInDirectory(this.#writer.store, this.#work),
        nowNs: BigInt(now.getTime()) * 1_000_000n,
      }),
    };
  }

  async #carryOut(journal: Journal): Promise<void> {
    const { options } = this.#parts;
    const context: ApplyContext = {
      root: this.#root,
      work: this.#work,
      journal,
      keepOwner: isRoot(),
      onStep: (done, total) =>
        options.onProgress?.({ activity: "apply", doneEntries: done, totalEntries: total, doneBytes: 0, totalBytes: null }),
    };
    const failure = await tryToApply(context);
    if (failure === null) await finishRestore(this.#writer, context, "restored");
    else {
      const kept = await undoRestore(this.#writer, context);
      if (kept.length === 0) throw failure;
      throw new ConflictError(kept.join(", "), "was changed meanwhile and was left as it is; all else was put back", failure);
    }
  }
}

/** Applies and verifies; gives what went wrong instead of throwing it, because the caller must undo first. */
export async function tryToApply(context: ApplyContext): Promise<Error | null> {
  try {
    await applyJournal(context);
    const wrong = await findUnapplied(context);
    return wrong.length === 0 ? null : new RestoreVerificationError(wrong);
  } catch (error) {
    if (error instanceof UnsafePathError)
      return new ConflictError(String(error.details["path"]), "was swapped while the restore ran", error);
    if (error instanceof Error) return error;
    throw error;
  }
}

/** Makes an applied restore durable, records it, and drops the journal. */
export async function finishRestore(writer: StoreWriter, context: ApplyContext, result: RestoreRecord["result"]): Promise<void> {
  const { store, durability } = writer;
  if (durability === "full") await flushFileSystem(store.directory);
  recordRestore(writer, context.journal, result);
  await closeAndSettle(writer, context, "after");
}

/** Puts everything back as it was, durably, and drops the journal; gives the paths that somebody else changed and that stay. */
export async function undoRestore(writer: StoreWriter, context: ApplyContext): Promise<string[]> {
  const { store, durability } = writer;
  markRollBack(context.work, durability);
  const kept = await rollBackJournal(context);
  if (durability === "full") await flushFileSystem(store.directory);
  recordRestore(writer, context.journal, "rolled_back");
  await closeAndSettle(writer, context, "before");
  return kept;
}

/** A work folder in the directory itself moves the directory's times when it goes. */
async function closeAndSettle(
  writer: StoreWriter,
  { work, journal, root, keepOwner }: ApplyContext,
  side: "before" | "after",
): Promise<void> {
  await closeWork(work, writer.durability);
  const settled = journal.folders.find(({ path }) => path === "")?.[side] ?? null;
  if (settled !== null && isInDirectory(writer.store, work)) root.setAttributes("", attributesOf(settled, keepOwner));
}

/** Owners are kept when they can be. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
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
    keepOwner: isRoot(),
  };
}
