import type { Worker } from "node:worker_threads";
import { availableParallelism } from "node:os";

/** What a thread is asked to do: the name of a kind of task and whatever that kind takes. */
export interface WorkerTask {
  kind: string;
  input: unknown;
}

interface Assignment {
  task: WorkerTask;
  resolve: (result: never) => void;
  reject: (error: Error) => void;
}

/** What a thread answers. Errors cross as data: a cloned one loses its code. */
export type WorkerAnswer =
  { result: unknown } | { failure: Pick<NodeJS.ErrnoException, "message" | "code" | "errno" | "syscall" | "path"> };

/** The threads could not be started, or ended early: a limit of the system, most likely. What they have done counts for nothing; one thread does as well. */
export class ThreadsFailedError extends Error {}

/**
 * A few threads that carry out tasks one after the other, in no order in particular.
 *
 * Starting one takes about 30 ms, in which the caller goes on; two cores read, hash and write about twice as much as one.
 */
export class WorkerPool {
  readonly #threads: Worker[];
  readonly #idle: Worker[] = [];
  readonly #waiting: Assignment[] = [];
  readonly #running = new Map<Worker, Assignment>();
  #failure: ThreadsFailedError | null = null;

  /** @param scriptPath the built script that serves the tasks (`serveTasks`) @throws ThreadsFailedError */
  static async open(scriptPath: string): Promise<WorkerPool> {
    const { Worker: Thread } = await import("node:worker_threads");
    try {
      // A library user's own loaders are none of the threads' business.
      return new WorkerPool(Array.from({ length: threadCount() }, () => new Thread(scriptPath, { execArgv: [] })));
    } catch (error) {
      throw new ThreadsFailedError("no worker threads can be started", { cause: error });
    }
  }

  private constructor(threads: Worker[]) {
    this.#threads = threads;
    for (const thread of threads) {
      thread.on("message", (answer: WorkerAnswer) => this.#settle(thread, answer));
      thread.on("error", (error: Error) => this.#fail(new ThreadsFailedError("a worker thread failed", { cause: error })));
      thread.on("exit", () => this.#fail(new ThreadsFailedError("a worker thread ended early")));
      this.#idle.push(thread);
    }
  }

  /** Gives what a thread made of a task. @throws whatever the task threw, with its code, and a ThreadsFailedError when a thread died */
  run<Result>(kind: string, input: unknown): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) return reject(this.#failure);
      this.#waiting.push({ task: { kind, input }, resolve, reject });
      this.#assign();
    });
  }

  /** Ends the threads, whatever they are at; when this returns they do nothing any more. */
  async close(): Promise<void> {
    this.#failure ??= new ThreadsFailedError("the worker threads were ended");
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  #assign(): void {
    while (this.#waiting.length > 0 && this.#idle.length > 0) {
      const thread = this.#idle.pop() as Worker;
      const assignment = this.#waiting.shift() as Assignment;
      this.#running.set(thread, assignment);
      thread.postMessage(assignment.task);
    }
  }

  #settle(thread: Worker, answer: WorkerAnswer): void {
    const assignment = this.#running.get(thread);
    this.#running.delete(thread);
    this.#idle.push(thread);
    if (assignment !== undefined) {
      if ("result" in answer) assignment.resolve(answer.result as never);
      else assignment.reject(Object.assign(new Error(answer.failure.message), answer.failure));
    }
    this.#assign();
  }

  #fail(error: ThreadsFailedError): void {
    this.#failure ??= error;
    for (const { reject } of [...this.#running.values(), ...this.#waiting]) reject(this.#failure);
    this.#running.clear();
    this.#waiting.length = 0;
  }
}

/** More threads than that wait for the disk, not for a core. */
function threadCount(): number {
  return Math.max(2, Math.min(4, availableParallelism()));
}
