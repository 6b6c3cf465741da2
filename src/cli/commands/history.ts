import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChange } from "../open-change.js";
import { historyText } from "../print/history-text.js";

/** `stepback history`. */
export async function history(context: CommandContext): Promise<number> {
  const checkpoints = await openChange(context);
  const restores = await checkpoints.history();
  context.output.answer({ changeId: checkpoints.changeId, restores }, () => historyText(checkpoints.changeId, restores));
  return EXIT.done;
}
