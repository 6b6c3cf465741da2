import { spawn } from "node:child_process";
import { messageOf } from "../errors/index.js";
import { readMonotonicMs } from "../platform/index.js";
import type { TestRun } from "./reports.js";

/** The end of what a command printed that is kept. */
const KEPT_BYTES = 64 * 1024;

/** Runs the configured test command by `sh` in a folder; it gets no input, and what it prints is passed on and its end kept. */
export function runTestCommand(
  command: string,
  options: { cwd: string; signal?: AbortSignal; onOutput?: (text: string) => void },
): Promise<TestRun> {
  const startedMs = readMonotonicMs();
  return new Promise((resolve) => {
    let output = Buffer.alloc(0);
    const child = spawn("sh", ["-c", command], { cwd: options.cwd, stdio: ["ignore", "pipe", "pipe"] });
    const take = (chunk: Buffer): void => {
      output = Buffer.concat([output, chunk]).subarray(-KEPT_BYTES);
      options.onOutput?.(chunk.toString("utf8"));
    };
    const stop = (): void => void child.kill("SIGTERM");
    const settle = (exitCode: number | null, signal: string | null, problem = ""): void => {
      options.signal?.removeEventListener("abort", stop);
      const durationMs = Math.round(readMonotonicMs() - startedMs);
      resolve({ command, exitCode, signal, durationMs, output: output.toString("utf8") + problem });
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    options.signal?.addEventListener("abort", stop);
    child.once("error", (error) => settle(null, null, messageOf(error)));
    child.once("close", (exitCode, signal) => settle(exitCode, signal));
  });
}
