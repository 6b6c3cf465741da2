import { EXIT, UsageError, type Checkpoints } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChangeOf } from "../open-change.js";
import { showDiff } from "../show-diff.js";
import { detailsText, entriesText } from "../print/details-text.js";

export interface ShowFlags {
  files?: boolean;
  patch?: boolean;
}

/** `stepback show`. */
export async function show(context: CommandContext, id: string, flags: ShowFlags): Promise<number> {
  if (flags.files === true && flags.patch === true) throw new UsageError("--files and --patch cannot be had together", "Give one of them.");
  const checkpoints = await openChangeOf(context, id);
  if (flags.patch === true) return showChanges(context, checkpoints, id);
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

/** Nothing but the patch, so that it can be applied elsewhere. */
async function showChanges(context: CommandContext, checkpoints: Checkpoints, id: string): Promise<number> {
  const changes = await checkpoints.diffWithPredecessor(id, { signal: context.io.signal });
  await showDiff(context, checkpoints, changes, { kind: "--patch", binary: false });
  return EXIT.done;
}
