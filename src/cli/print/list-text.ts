import type { Checkpoint, StoreSizes } from "../../index.js";
import { byteSize } from "./byte-size.js";
import { checkpointBlock } from "./checkpoint-block.js";
import { counted } from "./counted.js";
import { safe } from "./safe-text.js";
import { sizeText } from "./size-text.js";

interface CheckpointList {
  changeId: string;
  checkpoints: readonly Checkpoint[];
  /** Only some were asked for, so that an empty list does not mean that there are none. */
  isFiltered: boolean;
  /** Null where nobody asked for them. */
  sizes: StoreSizes | null;
}

/** The text of `stepback list`. */
export function listText({ changeId, checkpoints, isFiltered, sizes }: CheckpointList): string {
  const change = `'${safe(changeId)}'`;
  if (checkpoints.length === 0) return isFiltered ? `No checkpoints for ${change} match.\n` : `No checkpoints for ${change} yet.\n`;
  const sizeOf = new Map(sizes?.checkpoints.map((size) => [size.id, size]));
  const blocks = checkpoints.map((one) => {
    const size = sizeOf.get(one.id);
    return `${checkpointBlock(one)}${size === undefined ? "" : `  Size: ${sizeText(size)}\n`}\n`;
  });
  return `Available checkpoints for ${change}:\n\n${blocks.join("")}${sizes === null ? "" : totalText(sizes)}`;
}

function totalText({ checkpoints, occupiedBytes }: StoreSizes): string {
  return `${counted(checkpoints.length, "checkpoint")}, ${byteSize(occupiedBytes)} on disk\n`;
}
