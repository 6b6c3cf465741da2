import type { Checkpoint } from "../../index.js";
import { byteSize } from "./byte-size.js";
import { createdLine, stepLine } from "./checkpoint-block.js";
import { counted } from "./counted.js";
import { safe } from "./safe-text.js";

/** What stands above `Continue? [y/N]: `. */
export function deleteQuestion(targets: readonly Checkpoint[]): string {
  const lines = targets.map((target) => `  - ${safe(target.id)}\n      ${stepLine(target)}\n      ${createdLine(target)}\n`);
  return `Delete ${counted(targets.length, "checkpoint")}? This cannot be undone.\n${lines.join("")}`.trimEnd();
}

export function deletedText({ deleted, freedBytes }: { deleted: readonly Checkpoint[]; freedBytes: number }): string {
  return `${deleted.map(({ id }) => `✓ Deleted ${safe(id)}\n`).join("")}✓ Freed ${byteSize(freedBytes)}\n`;
}
