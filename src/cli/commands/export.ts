import { resolve } from "node:path";
import { EXIT, OutputUnusableError, UsageError } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChangeOf } from "../open-change.js";
import { exportedText } from "../print/archive-text.js";
import { withProgress } from "../print/progress.js";

export interface ExportFlags {
  output: string;
}

const STDOUT = "-";

/** `stepback export`. */
export async function exportCheckpoints(context: CommandContext, ids: readonly string[], { output }: ExportFlags): Promise<number> {
  const { io } = context;
  const toStdout = output === STDOUT;
  if (toStdout && context.flags.json)
    throw new UsageError("the archive itself goes to stdout, where --json would print", "Leave out --json.");
  if (toStdout && io.isOutputTerminal === true) {
    throw new UsageError("an archive is not for a terminal", "Name a file with -o, or pipe the output into another command.");
  }
  const checkpoints = await openChangeOf(context, ids[0] as string);
  const path = resolve(io.cwd, output);
  const to = toStdout ? (bytes: Uint8Array) => printAll(context, bytes) : path;
  const exported = await withProgress(context, (options) => checkpoints.exportArchive(ids, { ...options, output: to }));
  if (toStdout) {
    if (!context.flags.quiet) context.output.tell(exportedText(exported, "stdout"));
  } else {
    context.output.report({ ...exported, path }, () => exportedText(exported, output));
    if (path.startsWith(`${checkpoints.directory}/`)) {
      context.output.warn([`${output} stands in the change directory, so the next checkpoint will hold it as well`]);
    }
  }
  return EXIT.done;
}

/** No faster than the reader takes it; an archive that nobody takes to its end is none. */
async function printAll({ io }: CommandContext, bytes: Uint8Array): Promise<void> {
  io.stdout(bytes);
  if ((await io.drain?.()) === "gone") throw new OutputUnusableError("the standard output", "its reader went away");
}
