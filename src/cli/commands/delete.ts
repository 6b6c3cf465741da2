import { EXIT, type Checkpoint } from "../../index.js";
import { assertCanConfirm, confirm } from "../confirm.js";
import type { CommandContext } from "../context.js";
import { openChangeOf } from "../open-change.js";
import { withProgress } from "../print/progress.js";
import { deletedText, deleteQuestion } from "../print/delete-text.js";

/** `stepback delete`. */
export async function deleteCheckpoints(context: CommandContext, ids: readonly string[]): Promise<number> {
  const checkpoints = await openChangeOf(context, ids[0] ?? "");
  const targets = new Map<string, Checkpoint>();
  for (const id of ids) {
    const target = await checkpoints.find(id);
    targets.set(target.id, target);
  }
  assertCanConfirm(context, `deleting ${[...targets.keys()].join(", ")}`);
  if (!context.flags.yes && !(await confirm(context, deleteQuestion([...targets.values()])))) return EXIT.done;
  const result = await withProgress(context, (options) => checkpoints.delete([...targets.keys()], options));
  context.output.report(result, () => deletedText(result));
  return EXIT.done;
}
