import { EXIT, type Checkpoint, type Checkpoints } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChangeOf } from "../open-change.js";
import { safe } from "../print/safe-text.js";

/** `stepback pin`. */
export async function pin(context: CommandContext, ids: readonly string[]): Promise<number> {
  return changeEach(context, ids, "Pinned", (checkpoints, id) => checkpoints.pin(id));
}

/** `stepback unpin`. */
export async function unpin(context: CommandContext, ids: readonly string[]): Promise<number> {
  return changeEach(context, ids, "Unpinned", (checkpoints, id) => checkpoints.unpin(id));
}

/** Finds all of them first, so that a wrong id changes nothing. */
async function changeEach(
  context: CommandContext,
  ids: readonly string[],
  done: string,
  change: (checkpoints: Checkpoints, id: string) => Promise<Checkpoint>,
): Promise<number> {
  const checkpoints = await openChangeOf(context, ids[0] ?? "");
  const targets = new Set<string>();
  for (const id of ids) targets.add((await checkpoints.find(id)).id);
  const changed: Checkpoint[] = [];
  for (const id of targets) changed.push(await change(checkpoints, id));
  context.output.report({ checkpoints: changed }, () => changed.map(({ id }) => `✓ ${done} ${safe(id)}\n`).join(""));
  return EXIT.done;
}
