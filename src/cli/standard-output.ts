import { writeSync } from "node:fs";
import { hasCode } from "./system-error.js";

/**
 * One of the process's outputs, written at once and in order, so that nothing is pending when the process ends.
 *
 * A reader that goes away (`stepback list | head -1`) ends the output quietly. A pipe that another program has made
 * non-blocking and that is full is left to Node's stream, which waits for it.
 */
export class StandardOutput {
  readonly #descriptor: number;
  readonly #openStream: () => NodeJS.WriteStream;
  #stream: NodeJS.WriteStream | null = null;
  #isGone = false;

  constructor(descriptor: number, openStream: () => NodeJS.WriteStream) {
    this.#descriptor = descriptor;
    this.#openStream = openStream;
  }

  write(text: string | Uint8Array): void {
    let rest = typeof text === "string" ? Buffer.from(text) : text;
    try {
      while (rest.length > 0 && this.#stream === null && !this.#isGone) {
        rest = rest.subarray(writeSync(this.#descriptor, rest));
      }
    } catch (error) {
      if (hasCode(error, "EAGAIN")) this.#stream = this.#open();
      else this.#endQuietly(error);
    }
    if (!this.#isGone && rest.length > 0) this.#stream?.write(rest);
  }

  /** Waits until all is taken; tells when the reader has gone away. */
  async drain(): Promise<"taken" | "gone"> {
    const stream = this.#stream;
    if (stream?.writableNeedDrain === true && !this.#isGone) {
      await new Promise<void>((resolve) => {
        stream.once("drain", resolve);
        stream.once("close", resolve);
      });
    }
    return this.#isGone ? "gone" : "taken";
  }

  #open(): NodeJS.WriteStream {
    return this.#openStream().on("error", (error: Error) => this.#endQuietly(error));
  }

  #endQuietly(error: unknown): void {
    if (!hasCode(error, "EPIPE", "ERR_STREAM_DESTROYED")) throw error;
    this.#isGone = true;
  }
}
