import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChange } from "../open-change.js";
import { tasksText } from "../print/tasks-text.js";

/** `stepback tasks`: a task without checkpoints is an empty answer, as a directory without any is. */
export async function tasks(context: CommandContext, taskId: string | undefined): Promise<number> {
  const checkpoints = await openChange(context);
  const found = taskId === undefined ? null : await checkpoints.tasks.find(taskId);
  const views = taskId === undefined ? await checkpoints.tasks.list() : found === null ? [] : [found];
  const { changeId } = checkpoints;
  context.output.answer({ changeId, tasks: views }, () => tasksText(changeId, views, taskId ?? null));
  return EXIT.done;
}
