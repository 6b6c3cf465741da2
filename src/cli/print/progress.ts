import type { SingleBar } from "cli-progress";
import type { CallOptions, Progress } from "../../index.js";
import type { CommandContext } from "../context.js";
import type { Io } from "../io.js";
import { byteSize } from "./byte-size.js";

const SHOW_AFTER_MS = 500;
const BAR_WIDTH = 24;

const ACTIVITIES: Readonly<Record<Progress["activity"], string>> = {
  scan: "Looking at files",
  capture: "Storing files",
  flush: "Making it durable",
  stage: "Preparing files",
  apply: "Restoring files",
  verify: "Checking files",
  remove: "Removing files",
  pack: "Packing files",
  unpack: "Unpacking files",
  measure: "Measuring files",
};

/**
 * Runs a long call with the signal of the process and, on a terminal, a progress bar on stderr.
 * The bar appears only when the work lasts over half a second, and is gone before anything else is printed.
 */
export async function withProgress<Result>(
  { flags, io }: CommandContext,
  work: (options: CallOptions) => Promise<Result>,
): Promise<Result> {
  if (!io.isTerminal || flags.quiet || flags.json) return work({ signal: io.signal });
  const bar = new LateBar(io);
  try {
    return await work({ signal: io.signal, onProgress: (progress) => bar.show(progress) });
  } finally {
    bar.remove();
  }
}

/** One line about what is being done, with a bar where the total is known, cut to the width of the terminal. */
export function progressText(progress: Progress, columns: number): string {
  const { activity, doneEntries, totalEntries, doneBytes } = progress;
  const bytes = doneBytes > 0 ? `, ${byteSize(doneBytes)}` : "";
  const share = shareOf(progress);
  const text =
    share === null
      ? `${ACTIVITIES[activity]}: ${doneEntries}${bytes}`
      : `${ACTIVITIES[activity]} ${drawBar(share)} ${Math.floor(share * 100)}% | ${doneEntries}${totalEntries === null ? "" : ` of ${totalEntries}`}${bytes}`;
  return text.slice(0, Math.max(columns - 1, 0));
}

/** Bytes tell more than counts where both are known; null where neither total is. */
function shareOf({ doneBytes, totalBytes, doneEntries, totalEntries }: Progress): number | null {
  if (totalBytes !== null && totalBytes > 0) return Math.min(doneBytes / totalBytes, 1);
  if (totalEntries !== null && totalEntries > 0) return Math.min(doneEntries / totalEntries, 1);
  return null;
}

function drawBar(share: number): string {
  const done = Math.round(share * BAR_WIDTH);
  return `[${"=".repeat(done)}${"-".repeat(BAR_WIDTH - done)}]`;
}

/** A bar that loads its library and shows itself only once the work has taken a while. */
class LateBar {
  readonly #io: Io;
  readonly #startedMs: number;
  #latest: Progress | null = null;
  #state: "waiting" | "loading" | "shown" | "removed" = "waiting";
  #bar: SingleBar | null = null;

  constructor(io: Io) {
    this.#io = io;
    this.#startedMs = io.now().getTime();
  }

  show(progress: Progress): void {
    this.#latest = progress;
    if (this.#state === "shown") this.#bar?.update(progress.doneEntries);
    if (this.#state !== "waiting" || this.#io.now().getTime() - this.#startedMs < SHOW_AFTER_MS) return;
    this.#state = "loading";
    void this.#open();
  }

  remove(): void {
    this.#state = "removed";
    this.#bar?.stop();
  }

  async #open(): Promise<void> {
    const { SingleBar } = (await import("cli-progress")).default;
    if (this.#state !== "loading") return;
    this.#bar = new SingleBar({
      // The wrapper has all that the bar uses of a stream.
      stream: {
        isTTY: true,
        columns: this.#io.columns,
        write: (text: string) => this.#io.stderr(text),
      } as unknown as NodeJS.WritableStream,
      format: () => (this.#latest === null ? "" : progressText(this.#latest, this.#io.columns)),
      clearOnComplete: true,
      linewrap: true,
      gracefulExit: false,
    });
    this.#bar.start(1, 0);
    this.#state = "shown";
  }
}
