import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ArchiveTooLargeError, FormatTooNewError, InvalidArgumentError, ManifestUnusableError } from "../errors/index.js";
import {
  decodeManifest,
  formatSha256Sums,
  parseArchiveHead,
  type ArchivedCheckpoint,
  type ArchiveHead,
  type Config,
  type Manifest,
} from "../formats/index.js";
import {
  assertFreeSpace,
  encodePathBytes,
  estimateBytes,
  hashBytes,
  isThere,
  printablePath,
  Slice,
  toStorageError,
  writeNewFile,
} from "../platform/index.js";
import { storedMode, toCheckpoint, type CallOptions, type Checkpoint } from "../checkpoint/index.js";
import { claimImportedId, findManifestPath, openCapture, publishCheckpoint, type OpenCapture, type StoreWriter } from "../store/index.js";
import { ArchiveSource } from "./archive-source.js";
import { findUncapturable } from "./find-uncapturable.js";
import { makeImportedManifest, makeImportedRecord } from "./imported-record.js";
import { BLOCK_BYTES, encodeMember, END_OF_ARCHIVE } from "./member-header.js";
import { contentKey, headMember, manifestMember, sumsMember } from "./member.js";
import { readHeadSize } from "./read-head-size.js";
import { stageCheckpoint, type StagedPaths } from "./stage-checkpoint.js";

/** An archive: the path of its file, or its bytes. */
export type ArchiveInput = string | AsyncIterable<Uint8Array>;

export interface ImportedArchive {
  /** The oldest first; `importedFrom` says what each was where it was made. */
  checkpoints: Checkpoint[];
  warnings: string[];
}

interface ImportEnvironment {
  config: Config;
  options: CallOptions;
}

/** What a manifest may take in all, and for each entry of it: a name has at most 255 bytes, a link's target at most 4096. */
const MANIFEST_BASE_BYTES = 16 * 1024 * 1024;
const MANIFEST_ENTRY_BYTES = 1024;
/** A head has about 1 KB for each checkpoint. */
const MAX_HEAD_BYTES = 64 * 1024 * 1024;

/**
 * Takes the checkpoints of an archive in. All of the archive is read, staged and held against its manifests before the first one is
 * published; each of them is then whole or not there, whatever happens.
 * @throws ArchiveInvalidError, ArchiveNotFoundError, ArchiveTooLargeError, NoSpaceError, InterruptedError; nothing is left behind then
 */
export async function importArchive(writer: StoreWriter, input: ArchiveInput, environment: ImportEnvironment): Promise<ImportedArchive> {
  if (typeof input === "string" && input === "") throw new InvalidArgumentError("archive", input, "the path of a file");
  const source = await ArchiveSource.open(input, environment.options.signal);
  const staging = new Staging(writer, source, environment);
  try {
    const head = await readHead(source);
    for (const archived of head.checkpoints) await staging.stage(archived);
    await source.expect(END_OF_ARCHIVE, "has more members than its head and its manifests list");
    await source.expectEnd();
    return { checkpoints: await staging.publishAll(head), warnings: writer.entry.warnings };
  } catch (error) {
    throw toStorageError(error, writer.store.path);
  } finally {
    await staging.discard();
    await source.close();
  }
}

async function readHead(source: ArchiveSource): Promise<ArchiveHead> {
  const block = await source.take(BLOCK_BYTES);
  const size = readHeadSize(block);
  if (size === undefined) throw source.invalid("is not an archive that `stepback export` has written");
  if (size > MAX_HEAD_BYTES) throw source.invalid(`says that its head has ${size} bytes`);
  const head = parseArchiveHead(await source.take(size), source.path);
  const member = headMember(
    size,
    head.checkpoints.map(({ record }) => record),
  );
  if (!block.equals(encodeMember(member))) throw source.invalid("its head is not as `stepback export` writes it");
  await source.expectPadding(size);
  return head;
}

interface Staged {
  archived: ArchivedCheckpoint;
  capture: OpenCapture;
}

/** The checkpoints of one archive on their way into the store. */
class Staging {
  readonly #writer: StoreWriter;
  readonly #source: ArchiveSource;
  readonly #environment: ImportEnvironment;
  readonly #slice: Slice;
  readonly #captures: OpenCapture[] = [];
  readonly #staged: Staged[] = [];
  /** Stored files of the checkpoints before, by content. */
  readonly #known = new Map<string, StagedPaths>();

  constructor(writer: StoreWriter, source: ArchiveSource, environment: ImportEnvironment) {
    this.#writer = writer;
    this.#source = source;
    this.#environment = environment;
    this.#slice = new Slice(environment.options.signal);
  }

  async stage(archived: ArchivedCheckpoint): Promise<void> {
    const { manifest, text } = await this.#readManifest(archived);
    this.#assertAcceptable(manifest);
    await this.#expectSums(archived, manifest);
    assertFreeSpace(this.#writer.store.path, this.#needOf(manifest));
    const capture = openCapture(this.#writer);
    this.#captures.push(capture);
    // To be read again when all is staged: a hundred large manifests at once would not fit into memory.
    writeNewFile(archivedPathOf(capture), text, { durability: "none" });
    const report = this.#makeReporter(manifest);
    const { snapshotPath } = capture;
    const request = { id: archived.record.id, manifest, snapshotPath, known: this.#known, slice: this.#slice, onEntry: report };
    for (const [key, paths] of await stageCheckpoint(this.#source, request)) this.#known.set(key, paths);
    this.#staged.push({ archived, capture });
  }

  /** From here on nothing is looked at any more but the disk. */
  async publishAll(head: ArchiveHead): Promise<Checkpoint[]> {
    this.#slice.assertGoingOn();
    const published: Checkpoint[] = [];
    const { onProgress } = this.#environment.options;
    onProgress?.({ activity: "flush", doneEntries: 0, totalEntries: null, doneBytes: 0, totalBytes: null });
    for (const { archived, capture } of this.#staged) {
      const path = archivedPathOf(capture);
      const manifest = this.#claim(decodeManifest(readFileSync(path), path), archived, head.changeId);
      const record = await publishCheckpoint(this.#writer, capture, {
        manifest,
        linked: { rows: new Map(), areDurable: false },
        alongside: [],
      });
      published.push(toCheckpoint(this.#writer.store, record));
    }
    return published;
  }

  async discard(): Promise<void> {
    for (const capture of this.#captures) await capture.discard();
  }

  async #readManifest(archived: ArchivedCheckpoint): Promise<{ manifest: Manifest; text: Buffer }> {
    const { record, manifestBytes, manifestSha256 } = archived;
    const { maxEntries } = this.#environment.config.limits;
    if (manifestBytes > MANIFEST_BASE_BYTES + maxEntries * MANIFEST_ENTRY_BYTES) {
      throw new ArchiveTooLargeError(`the manifest of ${record.id} has ${manifestBytes} bytes`, "limits.max_entries");
    }
    await this.#source.expectMember(manifestMember(record, manifestBytes));
    const text = await this.#source.take(manifestBytes);
    await this.#source.expectPadding(manifestBytes);
    if (hashBytes(text) !== manifestSha256) throw this.#source.invalid(`the manifest of ${record.id} has not the hash that the head says`);
    return { manifest: this.#decode(text, archived), text };
  }

  #decode(text: Buffer, { record }: ArchivedCheckpoint): Manifest {
    // A manifest may be compressed in a store; here that could only hide something.
    if (text[0] !== "{".charCodeAt(0)) throw this.#source.invalid(`the manifest of ${record.id} is not plain JSON`);
    try {
      const manifest = decodeManifest(text, `${record.id}.manifest.json`);
      if (manifest.checkpoint.id === record.id) return manifest;
    } catch (error) {
      if (error instanceof FormatTooNewError || !(error instanceof ManifestUnusableError)) throw error;
      throw this.#source.invalid(error.message, error);
    }
    throw this.#source.invalid(`the manifest of ${record.id} is another checkpoint's`);
  }

  /** Judged by the manifest alone, before a byte is written. */
  #assertAcceptable(manifest: Manifest): void {
    const { maxEntries, maxTotalBytes } = this.#environment.config.limits;
    const { id } = manifest.checkpoint;
    const bytes = manifest.entries.reduce((sum, entry) => sum + (entry.type === "file" ? entry.size : 0), 0);
    if (manifest.entries.length > maxEntries)
      throw new ArchiveTooLargeError(`${id} has ${manifest.entries.length} entries`, "limits.max_entries");
    if (bytes > maxTotalBytes) throw new ArchiveTooLargeError(`${id} has ${bytes} bytes`, "limits.max_total_bytes");
    const forged = findUncapturable(manifest.entries);
    if (forged !== undefined) throw this.#source.invalid(`${id} has '${printablePath(forged)}', which no checkpoint holds`);
  }

  async #expectSums({ record }: ArchivedCheckpoint, manifest: Manifest): Promise<void> {
    const sums = encodePathBytes(formatSha256Sums(manifest, record.id));
    await this.#source.expectMember(sumsMember(record, sums.length));
    await this.#source.expect(sums, `${record.id}.sha256 is not what the manifest says`);
    await this.#source.expectPadding(sums.length);
  }

  #needOf(manifest: Manifest): { bytes: number; inodes: number } {
    const need = { bytes: 0, inodes: manifest.entries.length };
    for (const entry of manifest.entries) {
      if (entry.type === "directory") need.bytes += estimateBytes(1);
      else if (entry.type === "file" && !this.#known.has(contentKey(entry.sha256, storedMode(entry.mode))))
        need.bytes += estimateBytes(entry.size);
    }
    return need;
  }

  #makeReporter(manifest: Manifest): (bytes: number) => void {
    const { onProgress } = this.#environment.options;
    const totalEntries = manifest.entries.length;
    const totalBytes = manifest.entries.reduce((sum, entry) => sum + (entry.type === "file" ? entry.size : 0), 0);
    let [doneEntries, doneBytes] = [0, 0];
    return (bytes) => {
      doneEntries += 1;
      doneBytes += bytes;
      onProgress?.({ activity: "unpack", doneEntries, totalEntries, doneBytes, totalBytes });
    };
  }

  /** Gives the manifest under which a staged checkpoint becomes one of this store. */
  #claim(manifest: Manifest, { record: archived }: ArchivedCheckpoint, changeId: string): Manifest {
    const writer = this.#writer;
    const { store } = writer;
    const isTaken = (id: typeof archived.id) => isThere(store.snapshotPath(id)) || findManifestPath(store, id) !== undefined;
    const { id, sequence, nextSequence } = claimImportedId(writer.index, archived.id, isTaken);
    writer.index = { ...writer.index, nextSequence };
    const record = makeImportedRecord(manifest, { archived, changeId, id, sequence, now: writer.now() });
    return makeImportedManifest(manifest, record, store.changeId);
  }
}

function archivedPathOf(capture: OpenCapture): string {
  return join(capture.workPath, "archived");
}
