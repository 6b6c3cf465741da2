import { EXIT, UsageError } from "../../index.js";
import type { CommandContext } from "../context.js";
import { wholeNumber } from "../flags.js";
import { openChange } from "../open-change.js";
import { logLine, logText } from "../print/log-text.js";

export interface LogFlags {
  task?: string;
  recent?: string;
}

/** `stepback log`. */
export async function log(context: CommandContext, message: string | undefined, flags: LogFlags): Promise<number> {
  if (message !== undefined && flags.recent !== undefined) {
    throw new UsageError("a message is written, and --recent shows the log", "Give one of them.");
  }
  const recent = flags.recent === undefined ? undefined : wholeNumber("--recent", flags.recent, 1);
  const checkpoints = await openChange(context);
  if (message !== undefined) {
    const entry = await checkpoints.log.append(message, { taskId: flags.task ?? null });
    context.output.report(entry, () => logLine(entry));
    return EXIT.done;
  }
  const entries = await checkpoints.log.read({
    ...(recent === undefined ? {} : { recent }),
    ...(flags.task === undefined ? {} : { taskId: flags.task }),
  });
  context.output.answer({ changeId: checkpoints.changeId, entries }, () => logText(entries));
  return EXIT.done;
}
