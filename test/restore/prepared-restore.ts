import { captureDirectory, publishCapture } from "../../src/checkpoint/index.js";
import { loadConfig } from "../../src/config/index.js";
import { entriesByPath, type Journal, type RelativePath } from "../../src/formats/index.js";
import { RootDirectory } from "../../src/platform/index.js";
import type { ApplyContext } from "../../src/restore/apply.js";
import { foldersOf } from "../../src/restore/journal-plan.js";
import { planRestore, withWriter } from "../../src/restore/index.js";
import { stageAll } from "../../src/restore/stage.js";
import { makeWork, writeJournal } from "../../src/restore/work.js";
import { openStore, readManifest, type StoreWriter } from "../../src/store/index.js";
import { findRecord } from "../../src/checkpoint/index.js";
import type { TempChange } from "../support/temp-change.js";

/** A process that was killed cannot say so; this stands for it. */
export class Killed extends Error {}

const ACCESS = { command: "stepback restore", lockWaitMs: 0, durability: "none", now: () => new Date(), mayCreate: false } as const;

/** Runs work as the only writer of a change's store, after the recovery that every writing command begins with. */
export function asWriter<Result>(change: TempChange, work: (writer: StoreWriter) => Promise<Result>): Promise<Result> {
  return withWriter(openStore(change.directory), ACCESS, work);
}

/**
 * Does the steps of a restore up to its commit point, the journal on disk, and leaves it at that, as a kill would.
 * Gives what is needed to go on by hand; `close` it.
 */
export async function prepareRestore(change: TempChange, id: string): Promise<ApplyContext & { close: () => void }> {
  const { config } = await loadConfig(change.directory);
  return asWriter(change, async (writer) => {
    const { store } = writer;
    const target = findRecord(writer.index.checkpoints, id);
    const manifest = readManifest(store, target);
    const live = await captureDirectory({ store, config, records: writer.index.checkpoints, writer, options: {} });
    const keepOwner = process.getuid?.() === 0;
    const plan = planRestore(manifest, live, { paths: [] as RelativePath[], keepAdded: false, keepOwner });
    const work = makeWork(store);
    await stageAll(work, {
      target: target.id,
      snapshotPath: store.snapshotPath(target.id),
      operations: plan.operations,
      keepOwner,
      options: {},
      workerScript: null,
      onDamaged: () => undefined,
    });
    const { record: backup } = await publishCapture(writer, live, {
      request: { type: "backup", step: null },
      backupOf: target.id,
      run: null,
    });
    const journal: Journal = {
      target: target.id,
      backup: backup.id,
      startedAt: writer.now().toISOString(),
      paths: [],
      counts: plan.counts,
      operations: plan.operations.map(({ path, before, after }, slot) => ({ slot, path, before, after })),
      folders: foldersOf(plan, {
        lives: entriesByPath({ entries: live.entries }),
        targets: entriesByPath(manifest),
        isWhole: true,
        disturbsRoot: false,
        nowNs: 0n,
      }),
    };
    writeJournal(work, journal, "none");
    const root = RootDirectory.open(store.directory);
    return { root, work, journal, keepOwner, close: () => root.close() };
  });
}

const CHANGING: ReadonlySet<PropertyKey> = new Set<keyof RootDirectory>([
  "makeFolder",
  "moveOut",
  "moveIn",
  "moveFolderIn",
  "removeEmptyFolder",
  "setAttributes",
  "setFolderMode",
]);

/** The same root, killed before the given change of the directory, counted from 0. */
export function killedBefore(root: RootDirectory, callNumber: number): RootDirectory {
  let calls = 0;
  return new Proxy(root, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        if (CHANGING.has(name) && calls++ === callNumber) throw new Killed();
        return Reflect.apply(value, target, args);
      };
    },
  });
}
