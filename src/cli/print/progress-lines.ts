import { toJsonForm, type Progress } from "../../index.js";
import type { Io } from "../io.js";
import { PaceMeter } from "./progress-pace.js";

const EVERY_MS = 250;

/** Progress for programs: a JSON document on each line of stderr, the first of every activity at once and then four in a second at most. */
export class ProgressLines {
  readonly #io: Io;
  readonly #meter = new PaceMeter();
  #shown: { activity: Progress["activity"]; atMs: number } | null = null;

  constructor(io: Io) {
    this.#io = io;
  }

  show(progress: Progress): void {
    const atMs = this.#io.now().getTime();
    const pace = this.#meter.measure(progress, atMs);
    if (this.#shown?.activity === progress.activity && atMs - this.#shown.atMs < EVERY_MS) return;
    this.#shown = { activity: progress.activity, atMs };
    this.#io.stderr(`${JSON.stringify(toJsonForm({ progress: { ...progress, ...pace } }))}\n`);
  }
}
