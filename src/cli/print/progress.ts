import type { CallOptions, Progress } from "../../index.js";
import type { CommandContext } from "../context.js";
import type { Io } from "../io.js";
import { spareMemory } from "../spare-memory.js";

const SHOW_AFTER_MS = 500;

/** What long calls report to. */
export interface ProgressReports {
  /** The signal of the process, and where reports go. */
  readonly options: CallOptions;
  /** Takes a bar off the terminal, before anything else is printed; later reports may bring it back. */
  hide(): void;
}

/**
 * Runs a long call with the signal of the process and, on a terminal, a progress bar on stderr.
 * The bar appears only when the work lasts over half a second, and is gone before anything else is printed.
 */
export async function withProgress<Result>(context: CommandContext, work: (options: CallOptions) => Promise<Result>): Promise<Result> {
  const reports = await openProgress(context);
  try {
    return await work(reports.options);
  } finally {
    reports.hide();
  }
}

/** The same for work that prints, or has others print, while it goes on; the caller hides the bar before that, and at the end. */
export async function openProgress(context: CommandContext): Promise<ProgressReports> {
  const display = await openDisplay(context);
  const onProgress = (progress: Progress): void => {
    spareMemory(Math.max(progress.doneEntries, progress.totalEntries ?? 0));
    display.options.onProgress?.(progress);
  };
  return { options: { ...display.options, onProgress }, hide: () => display.hide() };
}

async function openDisplay({ flags, io }: CommandContext): Promise<ProgressReports> {
  const { signal } = io;
  if (flags.progress === "json") {
    const { ProgressLines } = await import("./progress-lines.js");
    const lines = new ProgressLines(io);
    return { options: { signal, onProgress: (progress) => lines.show(progress) }, hide: () => undefined };
  }
  const hasBar = flags.progress === "auto" && canDraw(io) && !flags.quiet && !flags.json;
  if (!hasBar) return { options: { signal }, hide: () => undefined };
  const bar = new LateBar(io);
  return { options: { signal, onProgress: (progress) => bar.show(progress) }, hide: () => bar.hide() };
}

/** A bar is drawn on stderr alone, and over itself. */
function canDraw({ env, isErrorTerminal, isTerminal }: Io): boolean {
  return (isErrorTerminal ?? isTerminal) && env["TERM"] !== "dumb";
}

/** A bar that is loaded, and shown, only once the work has taken a while. */
class LateBar {
  readonly #io: Io;
  #sinceMs: number | null;
  #latest: Progress | null = null;
  #bar: { show(progress: Progress): void; remove(): void } | null = null;
  #isLoading = false;

  constructor(io: Io) {
    this.#io = io;
    this.#sinceMs = io.now().getTime();
  }

  show(progress: Progress): void {
    const nowMs = this.#io.now().getTime();
    this.#sinceMs ??= nowMs;
    this.#latest = progress;
    if (this.#bar !== null) this.#bar.show(progress);
    else if (!this.#isLoading && nowMs - this.#sinceMs >= SHOW_AFTER_MS) void this.#open();
  }

  hide(): void {
    this.#bar?.remove();
    this.#bar = null;
    this.#latest = null;
    this.#sinceMs = null;
  }

  async #open(): Promise<void> {
    this.#isLoading = true;
    const { ProgressBar } = await import("./progress-bar.js");
    // The work may have ended meanwhile.
    this.#bar = await ProgressBar.open(this.#io, () => this.#latest);
    this.#isLoading = false;
  }
}
