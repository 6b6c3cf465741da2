import { EXIT, UsageError, type Checkpoint, type Checkpoints, type LeftAlone, type RestoreOptions } from "../../index.js";
import { assertCanConfirm, confirm } from "../confirm.js";
import type { CommandContext } from "../context.js";
import { assertCanChoose, chooseRestore } from "../choose-restore.js";
import { openChange, openChangeOf } from "../open-change.js";
import { gitMismatch } from "../print/git-text.js";
import { planText } from "../print/plan-text.js";
import { alreadyThere, restoredText, restoreQuestion } from "../print/restore-text.js";
import { withProgress } from "../print/progress.js";
import { spareMemory } from "../spare-memory.js";
import { showDiff } from "../show-diff.js";

export interface RestoreFlags {
  dryRun?: boolean;
  patch?: boolean;
  keepAdded?: boolean;
  paths?: readonly string[];
  /** The command line ends with `--`: a list of paths was meant and came out empty. */
  endsWithSeparator?: boolean;
}

interface Restore {
  checkpoints: Checkpoints;
  target: Checkpoint;
  options: RestoreOptions;
  /** What is said when HEAD has moved on since the checkpoint; null when it has not. */
  mismatch: string | null;
}

/** `stepback restore`; without an id it is chosen on the terminal. */
export async function restore(context: CommandContext, id: string | undefined, flags: RestoreFlags): Promise<number> {
  assertPathsMeant(flags);
  if (id === undefined) return restoreChosen(context, flags);
  const checkpoints = await openChangeOf(context, id);
  return restoreTo(context, checkpoints, id, flags);
}

async function restoreChosen(context: CommandContext, flags: RestoreFlags): Promise<number> {
  assertCanChoose(context);
  const checkpoints = await openChange(context);
  const chosen = await chooseRestore(context, checkpoints, { keepAdded: flags.keepAdded === true });
  if (chosen !== null) return restoreTo(context, checkpoints, chosen.target.id, { ...flags, paths: chosen.paths });
  context.output.report({ isCancelled: true }, () => "Cancelled; nothing was changed.");
  return EXIT.done;
}

/** `stepback undo`: the newest backup is named before anything is asked, and that one is restored. */
export async function undo(context: CommandContext, flags: RestoreFlags): Promise<number> {
  return restoreTo(context, await openChange(context), "backup", flags);
}

/** An empty list of paths means everything to the library; on a command line it means that a variable was empty. */
function assertPathsMeant({ paths = [], endsWithSeparator = false }: RestoreFlags): void {
  if ((paths.length === 0 && endsWithSeparator) || paths.includes("")) {
    throw new UsageError("no path is named after --", "Name the paths, or leave out -- to restore everything.");
  }
}

async function restoreTo(context: CommandContext, checkpoints: Checkpoints, id: string, flags: RestoreFlags): Promise<number> {
  if (flags.patch === true && flags.dryRun !== true) throw new UsageError("--patch only shows", "Give --dry-run with it.");
  const target = await checkpoints.find(id);
  // Its manifest is read before anything is reported.
  spareMemory(target.fileCount);
  const options = { paths: flags.paths ?? [], keepAdded: flags.keepAdded === true };
  const mismatch = gitMismatch(target, await checkpoints.gitHead());
  const work: Restore = { checkpoints, target, options, mismatch };
  if (flags.dryRun === true) return showPlan(context, work, flags.patch === true);
  assertCanConfirm(context, `restoring ${target.id}`);
  if (!context.flags.yes && !(await agree(context, work))) return EXIT.done;
  if (context.flags.yes && mismatch !== null) context.output.warn([mismatch]);
  return perform(context, work);
}

async function showPlan(context: CommandContext, { checkpoints, target, options, mismatch }: Restore, asPatch: boolean): Promise<number> {
  const plan = await withProgress(context, (call) => checkpoints.planRestore(target.id, { ...options, ...call }));
  if (asPatch) await showDiff(context, checkpoints, await checkpoints.diffOfPlan(plan), { kind: "--patch", binary: false });
  else context.output.answer({ isDryRun: true, target, plan, gitMismatch: mismatch }, () => planText(target, plan));
  if (mismatch !== null) context.output.warn([mismatch]);
  return EXIT.done;
}

/** Tells what would change and asks; a directory that already is as recorded needs no answer. */
async function agree(context: CommandContext, { checkpoints, target, options, mismatch }: Restore): Promise<boolean> {
  const plan = await withProgress(context, (call) => checkpoints.planRestore(target.id, { ...options, ...call }));
  if (plan.operations.length > 0) {
    return confirm(context, restoreQuestion({ target, plan, mismatch, namedPaths: options.paths?.length ?? 0 }));
  }
  context.output.report({ target, backup: null, plan, warnings: [] }, () => alreadyThere(target));
  return false;
}

async function perform(context: CommandContext, { checkpoints, target, options, mismatch }: Restore): Promise<number> {
  const result = await withProgress(context, (call) => checkpoints.restore(target.id, { ...options, ...call }));
  const document = { ...result, gitMismatch: mismatch };
  const isIncomplete = result.plan.leftAlone.some(isFailure);
  // What could not be restored is told also with --quiet: only success is silent.
  if (isIncomplete) context.output.answer(document, () => restoredText(result));
  else context.output.report(document, () => restoredText(result));
  context.output.warn(result.warnings);
  return isIncomplete ? EXIT.incomplete : EXIT.done;
}

function isFailure({ reason }: LeftAlone): boolean {
  return reason === "unreadable" || reason === "unstable";
}
