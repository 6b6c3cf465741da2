import type { Checkpoint } from "../../index.js";
import { checkpointBlock } from "./checkpoint-block.js";
import { safe } from "./safe-text.js";

interface CheckpointList {
  changeId: string;
  checkpoints: readonly Checkpoint[];
  /** Only some were asked for, so that an empty list does not mean that there are none. */
  isFiltered: boolean;
}

/** The text of `stepback list`. */
export function listText({ changeId, checkpoints, isFiltered }: CheckpointList): string {
  const change = `'${safe(changeId)}'`;
  if (checkpoints.length === 0) return isFiltered ? `No checkpoints for ${change} match.\n` : `No checkpoints for ${change} yet.\n`;
  return `Available checkpoints for ${change}:\n\n${checkpoints.map((one) => `${checkpointBlock(one)}\n`).join("")}`;
}
