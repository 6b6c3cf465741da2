import { EXIT, UsageError, type Diff } from "../../index.js";
import type { CommandContext } from "../context.js";
import { openChangeOf } from "../open-change.js";
import { withProgress } from "../print/progress.js";
import { spareMemory } from "../spare-memory.js";
import { showDiff, type DiffForm } from "../show-diff.js";

export interface DiffFlags {
  nameStatus?: boolean;
  stat?: boolean;
  patch?: boolean;
  binary?: boolean;
  renames?: boolean;
  exitCode?: boolean;
  paths?: readonly string[];
  /** The command line ends with `--`: a list of paths was meant and came out empty. */
  endsWithSeparator?: boolean;
}

/** As `git diff --exit-code` and diff(1) have it; without the option it means a fault. */
const DIFFERENT = 1;

/** `stepback diff`. */
export async function diff(context: CommandContext, [from = "latest", to, ...rest]: readonly string[], flags: DiffFlags): Promise<number> {
  if (rest.length > 0) throw new UsageError("more than two checkpoints are named", "Name paths after --.");
  const { paths = [] } = flags;
  if (flags.endsWithSeparator === true || paths.includes("")) {
    throw new UsageError("no path is named after --", "Name the paths, or leave out -- to compare everything.");
  }
  const form = readForm(flags);
  const checkpoints = await openChangeOf(context, from);
  // Its manifest is read before anything is reported.
  spareMemory((await checkpoints.find(from)).fileCount);
  const options = { paths, renames: flags.renames !== false };
  const found = await withProgress(context, (call) => checkpoints.diff(from, to ?? null, { ...options, ...call }));
  await showDiff(context, checkpoints, found, form);
  return exitStatusOf(found, flags.exitCode === true);
}

/** Nobody knows whether what could not be read differs, so that comes before everything else. */
function exitStatusOf({ changes, notCompared }: Diff, tellsDifferences: boolean): number {
  if (notCompared.some(({ reason }) => reason === "unreadable" || reason === "unstable")) return EXIT.incomplete;
  return tellsDifferences && changes.length > 0 ? DIFFERENT : EXIT.done;
}

function readForm({ nameStatus, stat, patch, binary }: DiffFlags): DiffForm {
  const forms: DiffForm["kind"][] = [];
  if (nameStatus === true) forms.push("--name-status");
  if (stat === true) forms.push("--stat");
  if (patch === true || binary === true) forms.push("--patch");
  if (forms.length > 1) throw new UsageError(`${forms.join(" and ")} cannot be had together`, "Give one of them.");
  return { kind: forms[0] ?? "summary", binary: binary === true };
}
