import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { success } from "../flags.js";
import { openChangeOf } from "../open-change.js";
import { safe } from "../print/safe-text.js";

export interface MarkFlags {
  success: string;
}

/** `stepback mark`. */
export async function mark(context: CommandContext, id: string, flags: MarkFlags): Promise<number> {
  const outcome = success("--success", flags.success, ["true", "false", "unknown"]);
  const checkpoints = await openChangeOf(context, id);
  const changed = await checkpoints.markSuccess(id, outcome);
  const word = outcome === null ? "unknown" : outcome ? "success" : "failed";
  context.output.report(changed, () => `✓ Marked ${safe(changed.id)} as ${word}`);
  return EXIT.done;
}
