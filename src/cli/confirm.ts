import { ConfirmationRequiredError } from "../index.js";
import type { CommandContext } from "./context.js";

/**
 * Makes sure that an action is confirmed by --yes or can be asked about.
 * @throws ConfirmationRequiredError without --yes where nobody can be asked: no terminal, or --json.
 */
export function assertCanConfirm({ flags, io }: CommandContext, action: string): void {
  if (!flags.yes && (flags.json || !io.isTerminal)) throw new ConfirmationRequiredError(action);
}

/** Shows what will happen and asks; everything but y or yes means no. Says so when nothing will happen. */
export async function confirm(context: CommandContext, preamble: string): Promise<boolean> {
  if (await askYesNo(context, preamble)) return true;
  context.output.report({ isCancelled: true }, () => "Cancelled; nothing was changed.");
  return false;
}

/** Shows a text on stderr and asks `Continue? [y/N]: `. */
export async function askYesNo({ io, output }: CommandContext, preamble: string): Promise<boolean> {
  output.tell(`${preamble}\n\n`);
  const answer = await io.ask("Continue? [y/N]: ");
  output.tell("\n");
  if (io.signal.aborted) throw io.signal.reason;
  return /^\s*y(es)?\s*$/i.test(answer);
}
