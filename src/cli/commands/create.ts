import { EXIT, type CreateRequest } from "../../index.js";
import type { CommandContext } from "../context.js";
import type { RecordFlags } from "../definitions/record-options.js";
import { describeCheckpoint } from "../describe-checkpoint.js";
import { success } from "../flags.js";
import { openChange } from "../open-change.js";
import { createdText, missedText } from "../print/create-text.js";
import { withProgress } from "../print/progress.js";

export interface CreateFlags extends RecordFlags {
  success?: string;
}

/** `stepback create`. */
export async function create(context: CommandContext, message: string | undefined, flags: CreateFlags): Promise<number> {
  const request: CreateRequest = {
    ...describeCheckpoint(flags),
    notes: message,
    success: flags.success === undefined ? undefined : success("--success", flags.success, ["true", "false"]),
  };
  const checkpoints = await openChange(context);
  const created = await withProgress(context, (options) => checkpoints.create({ ...request, ...options }));
  context.output.report(created, () => createdText(created));
  context.output.warn(created.warnings);
  if (created.isComplete) return EXIT.done;
  context.output.tell(missedText(created.uncaptured));
  return EXIT.incomplete;
}
