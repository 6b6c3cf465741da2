import { editsUnderRestore } from "./edits-under-restore.js";
import { hammeredCaptures } from "./hammered-captures.js";
import type { RacyJob, RacyResult } from "./racy-job.js";
import { sameSizeEdits } from "./same-size-edits.js";
import { tornReads } from "./torn-reads.js";

/** Edits files while checkpoints are taken of them, as a process of its own, so that it can run in a mount namespace. */
const job = JSON.parse(process.argv[2] ?? "{}") as RacyJob;
process.stdout.write(JSON.stringify(await run()));

function run(): Promise<RacyResult> {
  if (job.kind === "hammered captures") return hammeredCaptures(job);
  if (job.kind === "same-size edits") return sameSizeEdits(job);
  return job.kind === "torn reads" ? tornReads(job) : editsUnderRestore(job);
}
