import { TreeTooLargeError } from "../errors/index.js";
import type { Config, RelativePath } from "../formats/index.js";

/** How far past the budget a scan goes on, only counting, so that the biggest offenders can be named fairly. */
const COUNT_UP_TO = 4;

/** Counts entries and bytes against the configured limits, by folder of the first two levels. */
export class Budget {
  entries = 0;
  bytes = 0;
  readonly #limits: Config["limits"];
  readonly #byFolder = new Map<string, { entries: number; bytes: number }>();

  constructor(limits: Config["limits"]) {
    this.#limits = limits;
  }

  count(path: RelativePath, bytes: number): void {
    this.entries += 1;
    this.bytes += bytes;
    const parts = path.split("/");
    const folder = parts.length > 2 ? `${parts[0]}/${parts[1]}` : (parts[0] as string);
    const tally = this.#byFolder.get(folder);
    if (tally) {
      tally.entries += 1;
      tally.bytes += bytes;
    } else this.#byFolder.set(folder, { entries: 1, bytes });
  }

  get isOver(): boolean {
    return this.entries > this.#limits.maxEntries || this.bytes > this.#limits.maxTotalBytes;
  }

  /** True when counting on would cost more than it tells. */
  get isExhausted(): boolean {
    return this.entries > this.#limits.maxEntries * COUNT_UP_TO;
  }

  /** @throws TreeTooLargeError */
  assertKept(): void {
    if (!this.isOver) return;
    const isTooMany = this.entries > this.#limits.maxEntries;
    const by = isTooMany ? "entries" : "bytes";
    const offenders = [...this.#byFolder]
      .map(([path, tally]) => ({ path: path === "" ? "." : path, ...tally }))
      .sort((one, other) => other[by] - one[by])
      .slice(0, 3);
    throw isTooMany
      ? new TreeTooLargeError(`the directory has more than ${this.#limits.maxEntries} entries`, "limits.max_entries", offenders)
      : new TreeTooLargeError(`the directory has more than ${this.#limits.maxTotalBytes} bytes`, "limits.max_total_bytes", offenders);
  }
}
