import { EXIT, UsageError } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChangeOf } from "../open-change.js";
import { safe } from "../print/safe-text.js";

export interface NoteFlags {
  clear?: boolean;
}

/** `stepback note`. */
export async function note(context: CommandContext, id: string, text: string | undefined, flags: NoteFlags): Promise<number> {
  if ((text === undefined) !== (flags.clear === true)) {
    throw new UsageError("give either the text of the note or --clear", 'Like `stepback note latest "tests were green here"`.');
  }
  const checkpoints = await openChangeOf(context, id);
  const changed = await checkpoints.note(id, text ?? null);
  context.output.report(changed, () => `✓ ${changed.notes === null ? "Removed the note of" : "Noted on"} ${safe(changed.id)}`);
  return EXIT.done;
}
