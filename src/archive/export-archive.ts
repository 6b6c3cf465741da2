import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { createHash } from "node:crypto";
import { CheckpointNotFoundError, DamagedError, hasCode, InvalidArgumentError } from "../errors/index.js";
import {
  formatArchiveHead,
  formatManifestText,
  formatSha256Sums,
  type ArchivedCheckpoint,
  type CheckpointRecord,
  type FileEntry,
  type Manifest,
  type Sha256,
} from "../formats/index.js";
import { encodePathBytes, hashBytes, isThere, printablePath, Slice, toFsPath } from "../platform/index.js";
import { findRecord, toCheckpoint, type CallOptions, type Checkpoint } from "../checkpoint/index.js";
import { assertOutsideStore, readManifest, type IndexState, type Store } from "../store/index.js";
import { ArchiveTarget } from "./archive-target.js";
import { compressionOfName, type Compression } from "./compression.js";
import { encodeMember, END_OF_ARCHIVE, paddingOf } from "./member-header.js";
import { entryMember, headMember, manifestMember, sumsMember, type Member } from "./member.js";

/** Where an archive goes. */
export interface ArchiveOutput {
  /** The path of a file, which is replaced as a whole, or a function that takes the bytes as they come. */
  output: string | ((bytes: Uint8Array) => Promise<void> | void);
  /** By default as the name of the file says: .tar.gz or .tgz, .tar.zst, .tar; gzip for a function. */
  compression?: Compression;
}

export interface ExportedArchive {
  /** The oldest first, as they stand in it. */
  checkpoints: Checkpoint[];
  /** Files, folders and symlinks. */
  entryCount: number;
  /** The size of the archive. */
  archiveBytes: number;
}

const CHUNK_BYTES = 128 * 1024;

/**
 * Writes checkpoints into one archive, each stored file held against its hash on the way. Reads only: no lock is needed.
 * @throws CheckpointNotFoundError, DamagedError, OutputUnusableError, NoSpaceError, InterruptedError; there is no new archive then, and an
 *   earlier file of that name is as it was
 */
export async function exportArchive(
  store: Store,
  state: IndexState,
  ids: readonly string[],
  options: ArchiveOutput & CallOptions,
): Promise<ExportedArchive> {
  const records = chooseRecords(state.index.checkpoints, ids);
  const compression = options.compression ?? (typeof options.output === "string" ? compressionOfName(options.output) : "gzip");
  if (typeof options.output === "string") assertOutsideStore(store, options.output);
  const contents = new Contents(store, records);
  const target = ArchiveTarget.open(options.output, compression);
  try {
    const writer = new ArchiveWriter(store, target, options, contents.totals);
    const head = Buffer.from(formatArchiveHead({ changeId: state.index.changeId, checkpoints: contents.announced }));
    await writer.putText(headMember(head.length, records), head);
    for (const record of records) await writer.putCheckpoint(record, contents.read(record));
    await target.write(END_OF_ARCHIVE);
    await target.finish();
    return {
      checkpoints: records.map((record) => toCheckpoint(store, record)),
      entryCount: contents.totals.entries,
      archiveBytes: target.bytes,
    };
  } finally {
    target.discard();
  }
}

/** Each once, in the order in which they were made, however they were named. */
function chooseRecords(all: readonly CheckpointRecord[], ids: readonly string[]): CheckpointRecord[] {
  if (ids.length === 0) throw new InvalidArgumentError("ids", [], "one checkpoint or more");
  const chosen = new Set(ids.map((id) => findRecord(all, id)));
  return [...chosen].sort((one, other) => one.sequence - other.sequence);
}

/** What is announced before it is written: manifests are read twice, so that not all of them are held at once. */
class Contents {
  readonly totals = { entries: 0, bytes: 0 };
  readonly announced: ArchivedCheckpoint[];
  readonly #store: Store;

  constructor(store: Store, records: readonly CheckpointRecord[]) {
    this.#store = store;
    this.announced = records.map((record) => {
      const { manifest, text } = this.read(record);
      this.totals.entries += manifest.entries.length;
      for (const entry of manifest.entries) if (entry.type === "file") this.totals.bytes += entry.size;
      return { record: portableRecord(record), manifestBytes: text.length, manifestSha256: hashBytes(text) as Sha256 };
    });
  }

  read(record: CheckpointRecord): { manifest: Manifest; text: Buffer } {
    const manifest = readManifest(this.#store, record);
    return { manifest, text: Buffer.from(formatManifestText(manifest)) };
  }
}

/** Without what is said of a checkpoint as one of this store: who made it and why stays true elsewhere, whether it is pinned does not. */
function portableRecord(record: CheckpointRecord): CheckpointRecord {
  return { ...record, isPinned: false, rollbackUsed: false, rollbackCount: 0, manifestSha256: null };
}

/** Writes the members of an archive. */
class ArchiveWriter {
  readonly #store: Store;
  readonly #target: ArchiveTarget;
  readonly #options: CallOptions;
  readonly #slice: Slice;
  readonly #totals: { entries: number; bytes: number };
  readonly #done = { entries: 0, bytes: 0 };

  constructor(store: Store, target: ArchiveTarget, options: CallOptions, totals: { entries: number; bytes: number }) {
    this.#store = store;
    this.#target = target;
    this.#options = options;
    this.#totals = totals;
    this.#slice = new Slice(options.signal);
  }

  async putText(member: Member, text: Buffer): Promise<void> {
    await this.#target.write(encodeMember(member));
    await this.#target.write(text);
    await this.#target.write(paddingOf(text.length));
  }

  async putCheckpoint(record: CheckpointRecord, { manifest, text }: { manifest: Manifest; text: Buffer }): Promise<void> {
    const sums = encodePathBytes(formatSha256Sums(manifest, record.id));
    await this.putText(manifestMember(record, text.length), text);
    await this.putText(sumsMember(record, sums.length), sums);
    for (const entry of manifest.entries) {
      await this.#target.write(encodeMember(entryMember(record.id, entry)));
      if (entry.type === "file") await this.#putFile(record, entry);
      this.#done.entries += 1;
      if (this.#slice.isOver()) await this.#rest();
    }
    this.#slice.assertGoingOn();
  }

  async #putFile(record: CheckpointRecord, entry: FileEntry): Promise<void> {
    const descriptor = this.#openStored(record, entry);
    try {
      const digest = createHash("sha256");
      let position = 0;
      while (position < entry.size) {
        const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, entry.size - position));
        const length = readSync(descriptor, chunk, 0, chunk.length, position);
        if (length === 0) throw this.#damaged(record, entry);
        const bytes = chunk.subarray(0, length);
        digest.update(bytes);
        await this.#target.write(bytes);
        position += length;
        this.#done.bytes += length;
        if (this.#slice.isOver(true)) await this.#rest();
      }
      if (digest.digest("hex") !== entry.sha256) throw this.#damaged(record, entry);
      await this.#target.write(paddingOf(entry.size));
    } catch (error) {
      if (hasCode(error, "EIO")) throw this.#damaged(record, entry);
      throw error;
    } finally {
      closeSync(descriptor);
    }
  }

  #openStored(record: CheckpointRecord, entry: FileEntry): number {
    const path = toFsPath(`${this.#store.snapshotPath(record.id)}/${entry.path}`);
    try {
      const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const stats = fstatSync(descriptor);
      if (stats.isFile() && stats.size === entry.size) return descriptor;
      closeSync(descriptor);
    } catch (error) {
      if (!hasCode(error, "ENOENT", "ENOTDIR", "ELOOP", "ENXIO", "EACCES", "EIO")) throw error;
    }
    throw this.#damaged(record, entry);
  }

  /** A checkpoint that was deleted meanwhile is no damage. */
  #damaged(record: CheckpointRecord, entry: FileEntry): Error {
    if (!isThere(this.#store.snapshotPath(record.id))) return new CheckpointNotFoundError(record.id);
    return new DamagedError(record.id, [printablePath(entry.path)]);
  }

  async #rest(): Promise<void> {
    this.#options.onProgress?.({
      activity: "pack",
      doneEntries: this.#done.entries,
      totalEntries: this.#totals.entries,
      doneBytes: this.#done.bytes,
      totalBytes: this.#totals.bytes,
    });
    await this.#slice.rest();
  }
}
