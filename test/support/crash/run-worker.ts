import { spawn } from "node:child_process";
import type { Job, KillPoint } from "./job.js";

/** Longer than any of these jobs takes on the slowest machine: only a hang is cut off. */
const HANG_MS = 120_000;

export type Outcome = "finished" | "killed";

/** How a worker is started. */
export interface WorkerStart {
  workerPath: string;
  /** Starts it as this user, who can be refused what root never is. */
  userId?: number;
}

/** Runs a job to its end. @throws Error when it fails */
export async function runWorker(start: WorkerStart, job: Job): Promise<void> {
  await execute(workerCommand(start, job));
}

/** Runs a job, killed right before one of its calls is carried out. @throws Error when it fails otherwise */
export async function runKilled(start: WorkerStart, job: Job, point: KillPoint): Promise<Outcome> {
  return execute(workerCommand(start, job, killAt(point)));
}

/** Runs a job to its end and records the named calls of all its threads and children, each line with its thread's number. */
export async function runRecorded(start: WorkerStart, job: Job, record: { calls: readonly string[]; path: string }): Promise<void> {
  const calls = record.calls.map((call) => `?${call}`).join(",");
  await execute(workerCommand(start, job, ["strace", "-f", "-y", "-qq", "-s", "24", "-o", record.path, "-e", `trace=${calls}`]));
}

/** The command that runs a job, under a tracer if there is one. */
export function workerCommand(start: WorkerStart, job: Job, tracer: readonly string[] = []): [string, ...string[]] {
  const { userId } = start;
  const asUser = userId === undefined ? [] : ["setpriv", `--reuid=${userId}`, `--regid=${userId}`, "--clear-groups"];
  return ["env", "UV_THREADPOOL_SIZE=1", ...asUser, ...tracer, process.execPath, start.workerPath, JSON.stringify(job)];
}

/**
 * The tracer that kills at a point.
 *
 * Only the main thread is watched: all changes to files are made there (the counting run checks it), and a count over one thread
 * is the same in every run. Without `--seccomp-bpf`, with which some kernels drop the signal.
 */
export function killAt({ call, occurrence }: KillPoint): string[] {
  return ["strace", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", `inject=${call}:signal=KILL:when=${occurrence}`];
}

function execute([program, ...args]: [string, ...string[]]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], timeout: HANG_MS, killSignal: "SIGTERM" });
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += String(chunk)));
    child.on("error", reject);
    child.on("close", (status, signal) => {
      if (status === 0) resolve("finished");
      else if (signal === "SIGKILL") resolve("killed");
      else reject(new Error(`the worker ended with ${signal ?? `status ${status}`}:\n${stderr}`));
    });
  });
}
