import { spawn } from "node:child_process";
import type { Job, KillPoint, WorkerReport } from "./job.js";

/** Longer than any of these jobs takes on the slowest machine: only a hang is cut off. */
const HANG_MS = 120_000;

/** Failed: it said so with an error of its own. Missed: what was to happen to it did not. */
export type Outcome = "finished" | "killed" | "failed" | "missed";

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

/** What became of a job whose system calls may fail. */
export interface WorkerEnd {
  status: number | null;
  signal: NodeJS.Signals | null;
  /** Null when the worker did not come to its end, or failed by a fault of stepback's own. */
  report: WorkerReport | null;
  stderr: string;
}

/** Runs a job to whatever end it comes to, with something before its command that makes calls fail. */
export async function runToAnyEnd(start: WorkerStart, job: Job, tracer: readonly string[] = []): Promise<WorkerEnd> {
  const { stdout, ...end } = await spawnToEnd(workerCommand(start, job, tracer));
  return { ...end, report: stdout === "" ? null : (JSON.parse(stdout) as WorkerReport) };
}

async function execute(command: [string, ...string[]]): Promise<Outcome> {
  const { status, signal, stderr } = await spawnToEnd(command);
  if (status === 0) return "finished";
  if (signal === "SIGKILL") return "killed";
  throw new Error(`the worker ended with ${signal ?? `status ${status}`}:\n${stderr}`);
}

function spawnToEnd([program, ...args]: [string, ...string[]]): Promise<Omit<WorkerEnd, "report"> & { stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], timeout: HANG_MS, killSignal: "SIGTERM" });
    const printed = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (printed.stdout += String(chunk)));
    child.stderr.on("data", (chunk) => (printed.stderr += String(chunk)));
    child.on("error", reject);
    child.on("close", (status, signal) => resolve({ status, signal, ...printed }));
  });
}
