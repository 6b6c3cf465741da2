import type { ResumableWorkflow, RunRequest, StepOutcome } from "../workflow/index.js";
import type { InitializedDirectory } from "../setup/index.js";
import type { Checkpoints, OpenOptions } from "./checkpoints.js";

/**
 * Opens the checkpoints of a directory; nothing is read or made yet but the configuration.
 * @throws DirectoryNotFoundError, ConfigInvalidError, UnsafePathError
 */
export async function openCheckpoints(directory: string, options: OpenOptions = {}): Promise<Checkpoints> {
  const { StoreCheckpoints } = await import("./store-checkpoints.js");
  return StoreCheckpoints.open(directory, options);
}

/** Runs a command as a step without a checkpoint: no store is needed or made. */
export async function runWithoutCheckpoints(request: RunRequest): Promise<StepOutcome> {
  const { runStep } = await import("./running.js");
  return runStep(request, null);
}

/**
 * Writes a first configuration and first ignore rules into a directory, each only where none is there; no store is made.
 * @throws DirectoryNotFoundError, ConfigInvalidError, OutputUnusableError
 */
export async function initDirectory(directory: string, options: { dryRun?: boolean } = {}): Promise<InitializedDirectory> {
  const { initDirectory: init } = await import("./initializing.js");
  return init(directory, options);
}

/** Lists the workflows below a folder of changes that are not finished, newest first; broken ones are named in the warnings. */
export async function findWorkflows(root: string): Promise<{ workflows: ResumableWorkflow[]; warnings: string[] }> {
  const room = await import("./workflow.js");
  return room.findWorkflows(root);
}
