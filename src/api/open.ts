import type { RunRequest, StepOutcome } from "../workflow/index.js";
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
