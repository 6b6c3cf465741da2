import { resolve } from "node:path";
import { EXIT, UsageError } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChange } from "../open-change.js";
import { importedText } from "../print/archive-text.js";
import { withProgress } from "../print/progress.js";

/** `stepback import`. */
export async function importCheckpoints(context: CommandContext, file: string): Promise<number> {
  const source = file === "-" ? readInput(context) : resolve(context.io.cwd, file);
  const checkpoints = await openChange(context);
  const imported = await withProgress(context, (options) => checkpoints.importArchive(source, options));
  context.output.report(imported, () => importedText(imported));
  context.output.warn(imported.warnings);
  return EXIT.done;
}

function readInput({ io }: CommandContext): AsyncIterable<Uint8Array> {
  const input = io.openInput?.() ?? null;
  if (input === null) throw new UsageError("an archive does not come from a terminal", "Name its file, or pipe it in.");
  return input;
}
