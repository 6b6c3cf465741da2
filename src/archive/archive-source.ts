import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { ArchiveInvalidError, ArchiveNotFoundError, codeOf, hasCode, InterruptedError, StepbackError } from "../errors/index.js";
import { compressionOfBytes, openDecompressor } from "./compression.js";
import type { Codec } from "./codec.js";
import { describeBlock, encodeMember, paddingOf } from "./member-header.js";
import type { Member } from "./member.js";

/** How much goes into a decompressor at once: at most a thousand times as much comes out. */
const PIECE_BYTES = 16 * 1024;
const EMPTY = Buffer.alloc(0);

/** Reads an archive from its start to its end; whatever is not exactly what the caller expects next is refused. */
export class ArchiveSource {
  /** For messages. */
  readonly path: string;
  readonly #signal: AbortSignal | undefined;
  readonly #pieces: AsyncIterator<Buffer, undefined>;
  #rest: Buffer = EMPTY;

  /** @throws ArchiveNotFoundError */
  static async open(input: string | AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): Promise<ArchiveSource> {
    const path = typeof input === "string" ? input : "the standard input";
    const raw = typeof input === "string" ? await openFile(input, signal) : input;
    return new ArchiveSource(path, decompress(raw, path), signal);
  }

  private constructor(path: string, pieces: AsyncGenerator<Buffer, undefined>, signal: AbortSignal | undefined) {
    this.path = path;
    this.#pieces = pieces;
    this.#signal = signal;
  }

  /** Gives so many bytes in one. The caller has bounded the number. */
  async take(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    await this.pass(count, (part) => parts.push(part));
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  /** Hands over so many bytes as they come. */
  async pass(count: number, use: (part: Buffer) => unknown): Promise<void> {
    for (let left = count; left > 0;) {
      if (this.#rest.length === 0 && !(await this.#refill())) throw this.invalid("ends too early");
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      await use(part);
    }
  }

  /** The next member must be this one, byte for byte: name, type, size, mode, owner, time, and nothing else said of it. */
  async expectMember(member: Member): Promise<void> {
    const wanted = encodeMember(member);
    const found = await this.take(wanted.length);
    if (!found.equals(wanted)) throw this.invalid(`has ${describeBlock(found)} where '${member.path}' (${member.type}) must stand`);
  }

  async expectPadding(size: number): Promise<void> {
    await this.expect(paddingOf(size), "has something between two members");
  }

  async expect(wanted: Buffer, problem: string): Promise<void> {
    if (!(await this.take(wanted.length)).equals(wanted)) throw this.invalid(problem);
  }

  async expectEnd(): Promise<void> {
    if (this.#rest.length > 0 || (await this.#refill())) throw this.invalid("goes on after its end");
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  invalid(problem: string, cause?: unknown): ArchiveInvalidError {
    return new ArchiveInvalidError(this.path, problem, cause);
  }

  async #refill(): Promise<boolean> {
    try {
      const next = await this.#pieces.next();
      this.#rest = next.done === true ? EMPTY : next.value;
      return next.done !== true;
    } catch (error) {
      if (this.#signal?.aborted) throw this.#signal.reason instanceof InterruptedError ? this.#signal.reason : new InterruptedError();
      if (error instanceof StepbackError) throw error;
      throw this.invalid(`cannot be read (${codeOf(error) ?? String(error)})`, error);
    }
  }
}

async function openFile(path: string, signal: AbortSignal | undefined): Promise<AsyncIterable<Buffer>> {
  try {
    const handle = await open(path);
    if ((await handle.stat()).isDirectory()) {
      await handle.close();
      throw new ArchiveInvalidError(path, "is a folder");
    }
    return createReadStream(path, { fd: handle, ...(signal ? { signal } : {}) }) as AsyncIterable<Buffer>;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) throw new ArchiveNotFoundError(path);
    if (error instanceof StepbackError) throw error;
    throw new ArchiveInvalidError(path, `cannot be read (${codeOf(error) ?? String(error)})`, error);
  }
}

/** The bytes of the tar, from bytes that say themselves how they are compressed; never an empty piece. */
async function* decompress(raw: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Buffer, undefined> {
  let codec: Codec | null | undefined;
  try {
    for await (const chunk of gatherStart(raw)) {
      if (codec === undefined) codec = openDecompressor(compressionOfBytes(chunk), path);
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        const piece = chunk.subarray(at, at + PIECE_BYTES);
        for (const out of codec === null ? [piece] : await codec.push(piece)) if (out.length > 0) yield out;
        if (codec?.hasSurplus === true) throw new ArchiveInvalidError(path, "goes on after its compressed end");
      }
    }
    for (const out of (await codec?.end()) ?? []) if (out.length > 0) yield out;
    return undefined;
  } finally {
    codec?.close();
  }
}

/** Pipes cut where they like; the first piece must be long enough to tell the compression by. */
async function* gatherStart(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const LONG_ENOUGH = 4;
  let start: Buffer | null = EMPTY;
  for await (const chunk of raw) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (start === null) yield bytes;
    else {
      start = Buffer.concat([start, bytes]);
      if (start.length < LONG_ENOUGH) continue;
      yield start;
      start = null;
    }
  }
  if (start !== null && start.length > 0) yield start;
}
