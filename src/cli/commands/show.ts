import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChangeOf } from "../open-change.js";
import { detailsText, entriesText } from "../print/details-text.js";

export interface ShowFlags {
  files?: boolean;
}

/** `stepback show`. */
export async function show(context: CommandContext, id: string, flags: ShowFlags): Promise<number> {
  const checkpoints = await openChangeOf(context, id);
  const checkpoint = await checkpoints.find(id);
  if (flags.files !== true) {
    context.output.answer(checkpoint, () => detailsText(checkpoint));
    return EXIT.done;
  }
  const { entries, uncaptured, ignoreRules } = await checkpoints.manifest(checkpoint.id);
  context.output.answer(
    { ...checkpoint, entries, uncaptured, ignoreRules },
    () => `${detailsText(checkpoint)}\n${entriesText(entries, uncaptured)}`,
  );
  return EXIT.done;
}
