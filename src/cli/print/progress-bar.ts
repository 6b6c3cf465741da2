import type { SingleBar } from "cli-progress";
import type { Progress } from "../../index.js";
import type { Io } from "../io.js";
import { PaceMeter, type Pace } from "./progress-pace.js";
import { progressText } from "./progress-text.js";

/** A line on stderr that is drawn anew while it stands, and leaves nothing behind. */
export class ProgressBar {
  readonly #io: Io;
  readonly #meter = new PaceMeter();
  readonly #bar: SingleBar;
  #latest: Progress;
  #pace: Pace;

  static async open(io: Io, progress: () => Progress | null): Promise<ProgressBar | null> {
    const library = (await import("cli-progress")).default;
    const latest = progress();
    return latest === null ? null : new ProgressBar(library, io, latest);
  }

  private constructor(library: Pick<typeof import("cli-progress"), "SingleBar">, io: Io, progress: Progress) {
    this.#io = io;
    this.#latest = progress;
    this.#pace = this.#meter.measure(progress, io.now().getTime());
    this.#bar = new library.SingleBar({
      // The wrapper has all that the bar uses of a stream.
      stream: { isTTY: true, columns: io.columns, write: (text: string) => io.stderr(text) } as unknown as NodeJS.WritableStream,
      format: () => progressText(this.#latest, this.#pace, this.#io.columns),
      clearOnComplete: true,
      linewrap: true,
      gracefulExit: false,
    });
    this.#bar.start(1, 0);
  }

  show(progress: Progress): void {
    this.#latest = progress;
    this.#pace = this.#meter.measure(progress, this.#io.now().getTime());
    this.#bar.update(progress.doneEntries);
  }

  remove(): void {
    this.#bar.stop();
  }
}
