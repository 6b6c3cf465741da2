import { EXIT, StoreUnusableError, UsageError, type Checkpoint, type Checkpoints } from "../../index.js";
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
  const found = await checkpoints.find(id);
  const checkpoint = { ...found, uniqueBytes: await uniqueBytesOf(checkpoints, found, context.io.signal) };
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

/** Null where the stored files cannot be looked at; what is known of the checkpoint is shown all the same. */
async function uniqueBytesOf(checkpoints: Checkpoints, { id }: Checkpoint, signal: AbortSignal): Promise<number | null> {
  try {
    const { checkpoints: sizes } = await checkpoints.sizes([id], { signal });
    return sizes[0]?.uniqueBytes ?? null;
  } catch (error) {
    if (error instanceof StoreUnusableError) return null;
    throw error;
  }
}
