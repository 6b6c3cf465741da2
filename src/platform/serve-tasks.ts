import { parentPort } from "node:worker_threads";
import type { WorkerAnswer, WorkerTask } from "./worker-pool.js";

/** Carries out tasks that come from a `WorkerPool`, each by the handler of its kind, until the thread is ended. */
export function serveTasks(handlers: Readonly<Record<string, (input: never) => unknown>>): void {
  const port = parentPort;
  if (port === null) throw new Error("this script serves the threads of a pool");
  port.on("message", (task: WorkerTask) => {
    void answer(handlers, task).then((made) => port.postMessage(made));
  });
}

async function answer(handlers: Readonly<Record<string, (input: never) => unknown>>, { kind, input }: WorkerTask): Promise<WorkerAnswer> {
  try {
    const handler = handlers[kind];
    if (handler === undefined) throw new Error(`no thread knows how to ${kind}`);
    return { result: await handler(input as never) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { message, code, errno, syscall, path } = error as NodeJS.ErrnoException;
    return { failure: { message, code, errno, syscall, path } };
  }
}
