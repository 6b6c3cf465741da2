import { messageOf } from "../errors/index.js";
import type { CheckpointId } from "../formats/index.js";
import type { StoreWriter } from "../store/index.js";
import type { CallOptions } from "../checkpoint/index.js";
import type { Needs } from "./clean.js";
import { autoCleaningPolicy, mostCheckpoints, type RetentionConfig } from "./configured-policy.js";

/**
 * Cleans up behind a checkpoint that was just made, or warns that there are too many, as the configuration has it. The checkpoint stands
 * already, so whatever goes wrong here, an interruption too, is a warning.
 */
export async function tidyUp(
  writer: StoreWriter,
  config: RetentionConfig & { autoClean: boolean },
  request: Needs & { options: CallOptions },
): Promise<{ removed: CheckpointId[]; warnings: string[] }> {
  if (!config.autoClean) return { removed: [], warnings: warningOfTooMany(writer.index.checkpoints.length, mostCheckpoints(config)) };
  try {
    // Loaded only where it is wanted: every create passes here.
    const { cleanStore } = await import("./clean.js");
    const { decision } = await cleanStore(writer, autoCleaningPolicy(config), request);
    return { removed: decision.expired.map(({ id }) => id), warnings: [] };
  } catch (error) {
    return { removed: [], warnings: [`the cleanup after it failed: ${messageOf(error)}`] };
  }
}

function warningOfTooMany(count: number, most: number | null): string[] {
  if (most === null || most === -1 || count <= most) return [];
  return [
    `too many checkpoints: ${count}, and at most ${most} are wanted; \`stepback clean\` removes old ones, and auto_clean does it by itself`,
  ];
}
