import { closeSync, constants, fsyncSync, openSync, realpathSync, renameSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { hasCode, messageOf, NoSpaceError, OutputUnusableError, StepbackError } from "../errors/index.js";
import { isThere, randomToken, removeFile, syncFolder, toStorageError } from "../platform/index.js";
import { openCompressor, withoutOrigin, type Compression } from "./compression.js";
import type { Codec } from "./codec.js";

/** Where bytes go, in the order in which they come. */
interface Sink {
  write(bytes: Uint8Array): Promise<void> | void;
  /** Makes what was written count. */
  finish(): void;
  /** Takes away what was written; harmless after `finish`. */
  discard(): void;
}

/** Small writes are gathered: each costs a call, and for a compressor a turn of the event loop. */
const GATHER_BYTES = 256 * 1024;

/** A tar in the making, compressed on its way out. */
export class ArchiveTarget {
  readonly #sink: Sink;
  readonly #codec: Codec | null;
  readonly #compression: Compression;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  /** What has left, compressed. */
  bytes = 0;

  /**
   * Opens a file, or a function that takes the bytes.
   * @throws OutputUnusableError, CompressionUnsupportedError
   */
  static open(output: string | ((bytes: Uint8Array) => Promise<void> | void), compression: Compression): ArchiveTarget {
    const codec = openCompressor(compression, typeof output === "string" ? output : "the output");
    const sink = typeof output === "string" ? openFile(output) : { write: output, finish: () => undefined, discard: () => undefined };
    return new ArchiveTarget(sink, codec, compression);
  }

  private constructor(sink: Sink, codec: Codec | null, compression: Compression) {
    this.#sink = sink;
    this.#codec = codec;
    this.#compression = compression;
  }

  /** The bytes must not change afterwards. */
  async write(bytes: Buffer): Promise<void> {
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes >= GATHER_BYTES) await this.#send();
  }

  /** After this the file is there under its name, whole and durable. */
  async finish(): Promise<void> {
    await this.#send();
    if (this.#codec !== null) await this.#pass(await this.#codec.end());
    this.#sink.finish();
  }

  discard(): void {
    this.#codec?.close();
    this.#sink.discard();
  }

  async #send(): Promise<void> {
    const bytes = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    await this.#pass(this.#codec === null ? [bytes] : await this.#codec.push(bytes));
  }

  async #pass(pieces: readonly Buffer[]): Promise<void> {
    for (const piece of pieces) {
      if (piece.length === 0) continue;
      await this.#sink.write(this.bytes === 0 ? withoutOrigin(this.#compression, piece) : piece);
      this.bytes += piece.length;
    }
  }
}

/** Written beside its place and renamed into it, so that nobody ever sees half of it under its name. */
function openFile(path: string): Sink {
  const final = resolveOutput(path);
  const temporary = join(dirname(final), `.${basename(final)}.tmp-${randomToken()}`);
  const descriptor = translate(path, () =>
    openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600),
  );
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  return {
    write: (bytes) =>
      translate(path, () => {
        for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
      }),
    finish: () =>
      translate(path, () => {
        fsyncSync(descriptor);
        close();
        renameSync(temporary, final);
        syncFolder(dirname(final));
      }),
    discard: () => {
      close();
      removeFile(temporary);
    },
  };
}

/** A symlink to a file stays one; a device, pipe or folder is never replaced. */
function resolveOutput(path: string): string {
  return translate(path, () => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) {
      if (isThere(path)) throw new OutputUnusableError(path, "is a symlink that leads nowhere");
      return path;
    }
    if (!stats.isFile()) throw new OutputUnusableError(path, "is there and is not a file");
    return realpathSync(path);
  });
}

function translate<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (hasCode(error, "ENOENT")) throw new OutputUnusableError(path, "its folder does not exist", error);
    const known = toStorageError(error, path);
    if (!(known instanceof StepbackError) || known instanceof NoSpaceError || known instanceof OutputUnusableError) throw known;
    throw new OutputUnusableError(path, `cannot be written (${messageOf(error)})`, error);
  }
}
