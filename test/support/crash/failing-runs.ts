import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempFolder } from "../temp-change.js";
import type { Job } from "./job.js";
import { runToAnyEnd, type WorkerEnd, type WorkerStart } from "./run-worker.js";

/** Runs a job that can open only so many more files at the same time. */
export function runWithDescriptors(start: WorkerStart, job: Job, spareDescriptors: number): Promise<WorkerEnd> {
  return runToAnyEnd(start, { ...job, spareDescriptors }, ["prlimit", "--nofile=256"]);
}

/** Runs a job of which no file may grow beyond a size: the write that would is a short one, and the next one fails. */
export function runWithFileSize(start: WorkerStart, job: Job, maxBytes: number): Promise<WorkerEnd> {
  return runToAnyEnd(start, job, ["prlimit", `--fsize=${maxBytes}`]);
}

/** Runs a job of which the named flushes of the file system, counted from 1, report a failed write, as a broken disk makes them do once. */
export function runWithFailedFlushes(start: WorkerStart, job: Job, failing: readonly number[]): Promise<WorkerEnd> {
  const folder = tempFolder();
  const programs = join(folder, "programs");
  mkdirSync(programs);
  const script = join(programs, "sync");
  writeFileSync(
    script,
    `#!/bin/sh
PATH="\${PATH#*:}"
[ "$1" = -f ] || exec sync "$@"
echo >> ${folder}/flushes
case " ${failing.join(" ")} " in
  *" $(($(wc -l < ${folder}/flushes))) "*) exec strace -qq -o /dev/null -e trace=syncfs -e inject=syncfs:error=EIO sync "$@" ;;
  *) exec sync "$@" ;;
esac
`,
  );
  chmodSync(script, 0o755);
  return runToAnyEnd(start, job, ["env", `PATH=${programs}:${process.env["PATH"] ?? ""}`]);
}
