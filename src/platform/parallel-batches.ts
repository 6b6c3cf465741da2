import { untilAborted } from "./abort.js";
import { WorkerPool } from "./worker-pool.js";

/** Enough for a thread to do between two messages, and little enough to keep all threads busy to the end. */
const BATCH_ITEMS = 64;
const BATCH_BYTES = 4 * 1024 * 1024;
/** From here on threads take less time than it takes to start them. */
const WORTH_ITEMS = 3_000;
const WORTH_BYTES = 48 * 1024 * 1024;

/** What a thread is given at one go; what all items have in common once. */
export interface Batch<Item, Common> {
  common: Common;
  items: Item[];
}

export interface BatchRequest<Common, Outcome> {
  /** The name under which the threads' script knows the work. */
  kind: string;
  common: Common;
  /** Told what became of each item, by the key that it was added with. */
  onOutcome: (key: number, outcome: Outcome) => void;
  /** Told after each batch. */
  onBatch?: () => void;
}

/** Tells whether so many files, or so many bytes of them, are worth the start of threads. */
export function areWorthThreads(fileCount: number, bytes: number): boolean {
  return fileCount >= WORTH_ITEMS || bytes >= WORTH_BYTES;
}

/** Work on many files, handed to the threads of a pool in batches, in the order in which they come. */
export class ParallelBatches<Item, Common, Outcome> {
  readonly #pool: WorkerPool;
  readonly #request: BatchRequest<Common, Outcome>;
  readonly #batches: Promise<void>[] = [];
  #items: Item[] = [];
  #keys: number[] = [];
  #bytes = 0;

  /** Starts the threads. The caller closes what comes back, and nothing is done any more when that returns. */
  static async open<Item, Common, Outcome>(
    scriptPath: string,
    request: BatchRequest<Common, Outcome>,
  ): Promise<ParallelBatches<Item, Common, Outcome>> {
    return new ParallelBatches(await WorkerPool.open(scriptPath), request);
  }

  private constructor(pool: WorkerPool, request: BatchRequest<Common, Outcome>) {
    this.#pool = pool;
    this.#request = request;
  }

  /** `bytes` is how much of a file there is to read for the item. */
  add(key: number, item: Item, bytes: number): void {
    this.#items.push(item);
    this.#keys.push(key);
    this.#bytes += bytes;
    if (this.#items.length >= BATCH_ITEMS || this.#bytes >= BATCH_BYTES) this.#send();
  }

  /** Waits until all is done. @throws InterruptedError, and the first failure that is not of a single item */
  async finish(signal: AbortSignal | undefined): Promise<void> {
    this.#send();
    await untilAborted(Promise.all(this.#batches), signal);
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  #send(): void {
    const [keys, items] = [this.#keys, this.#items];
    if (keys.length === 0) return;
    const done = this.#carryOut(keys, items);
    // A failure is reported by finish; until then it must not count as unhandled.
    done.catch(() => undefined);
    this.#batches.push(done);
    this.#items = [];
    this.#keys = [];
    this.#bytes = 0;
  }
  async #carryOut(keys: readonly number[], items: Item[]): Promise<void> {
    const { kind, common, onOutcome, onBatch } = this.#request;
    const batch: Batch<Item, Common> = { common, items };
    const outcomes = await this.#pool.run<Outcome[]>(kind, batch);
    for (const [position, key] of keys.entries()) onOutcome(key, outcomes[position] as Outcome);
    onBatch?.();
  }
}
