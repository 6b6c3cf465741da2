import { closeSync, openSync, writevSync } from "node:fs";
import type { Job, WorkerReport } from "./job.js";
import { carryOut } from "./operations.js";

// One operation on one directory as a process of its own, so that it can be killed on the way: `node worker.mjs '{"operation":…}'`.

const job = JSON.parse(process.argv[2] ?? "{}") as Job;
if (job.spareDescriptors !== undefined) leaveDescriptors(job.spareDescriptors);
const report = await carryOut(job);
tell(report);
if ("error" in report) {
  console.error(`${report.error.code}: ${report.error.message}`);
  process.exitCode = report.error.exitStatus;
}

/** In one call that nothing else makes, so that it comes through also where every `write` is made to fail. */
function tell(told: WorkerReport): void {
  writevSync(1, [Buffer.from(JSON.stringify(told)), Buffer.from("\n")]);
}

/** Opens files until only so many more can be opened. */
function leaveDescriptors(count: number): void {
  const opened: number[] = [];
  try {
    for (;;) opened.push(openSync("/dev/null", "r"));
  } catch {
    opened.slice(0, count).forEach((descriptor) => closeSync(descriptor));
  }
}
