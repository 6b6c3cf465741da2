import type { Checkpoint } from "../../index.js";
import { safe } from "./safe-text.js";

/** How the step of a checkpoint ended, with its symbol. */
export function outcomeText({ run, runState, success }: Pick<Checkpoint, "run" | "runState" | "success">): string {
  if (runState === "running") return "… Running";
  if (success === null) return runState === "interrupted" ? "⚠ Interrupted" : "– Unknown";
  return success ? "✓ Success" : `✗ Failed${failureReason(run)}`;
}

function failureReason(run: Checkpoint["run"]): string {
  if (run === null) return "";
  if (run.signal !== null) return ` (${safe(run.signal)})`;
  if (run.exitCode !== null && run.exitCode !== 0) return ` (exit code ${run.exitCode})`;
  const verifyExitCode = run.verify?.exitCode ?? null;
  return verifyExitCode === null || verifyExitCode === 0 ? "" : ` (verify exit code ${verifyExitCode})`;
}
