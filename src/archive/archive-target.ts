import { openOutputFile } from "../platform/index.js";
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
    const sink = typeof output === "string" ? openOutputFile(output) : { write: output, finish: () => undefined, discard: () => undefined };
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
