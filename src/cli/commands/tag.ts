import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChangeOf } from "../open-change.js";
import { safe } from "../print/safe-text.js";

export interface TagFlags {
  remove?: boolean;
}

/** `stepback tag`. */
export async function tag(context: CommandContext, id: string, tags: readonly string[], flags: TagFlags): Promise<number> {
  const checkpoints = await openChangeOf(context, id);
  const changed = await checkpoints.tag(id, flags.remove === true ? { remove: tags } : { add: tags });
  context.output.report(changed, () => `✓ Tags of ${safe(changed.id)}: ${changed.tags.map(safe).join(", ") || "none"}`);
  return EXIT.done;
}
