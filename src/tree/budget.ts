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
    const tally = this.#byFolder.get(topFolderOf(path));
    if (tally) {
      tally.entries += 1;
      tally.bytes += bytes;
    } else this.#byFolder.set(topFolderOf(path), { entries: 1, bytes });
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

/** The folder of the first two levels that a path is counted for; of a path with fewer parts, the first part. */
function topFolderOf(path: RelativePath): string {
  const first = path.indexOf("/");
  if (first < 0) return path;
  const second = path.indexOf("/", first + 1);
  return path.slice(0, second < 0 ? first : second);
}
