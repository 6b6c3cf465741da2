import type { Transform } from "node:stream";

/** A stream of Node's that compresses or decompresses. */
export type Engine = Transform & { bytesWritten: number };

/** Pumps bytes through an engine piece by piece, so that nothing runs ahead of who asks. */
export class Codec {
  readonly #engine: Engine;
  #output: Buffer[] = [];
  #failure: Error | null = null;
  #wake: () => void = () => undefined;
  #fed = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    engine.on("data", (piece: Buffer) => this.#output.push(piece));
    engine.on("error", (error) => {
      this.#failure ??= error;
      this.#wake();
    });
    engine.on("end", () => this.#wake());
  }

  /** Gives what came out so far; some of what went in may still be inside. @throws the engine's error */
  async push(bytes: Uint8Array): Promise<Buffer[]> {
    this.#fed += bytes.length;
    return this.#pump((done) => this.#engine.write(bytes, done));
  }

  /** Gives all the rest. @throws the engine's error, such as for an input that is cut off */
  async end(): Promise<Buffer[]> {
    return this.#pump(() => this.#engine.end());
  }

  /** Whether input was left that the engine did not want: it had come to its end before. */
  get hasSurplus(): boolean {
    return this.#engine.bytesWritten < this.#fed;
  }

  close(): void {
    this.#engine.destroy();
  }

  async #pump(start: (done: () => void) => void): Promise<Buffer[]> {
    if (this.#failure === null && !this.#engine.readableEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        start(resolve);
      });
    }
    if (this.#failure !== null) throw this.#failure;
    return this.#output.splice(0);
  }
}
