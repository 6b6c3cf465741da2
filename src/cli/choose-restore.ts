import { UsageError, type Checkpoint, type Checkpoints, type RestorePlan } from "../index.js";
import type { CommandContext } from "./context.js";
import type { ChoiceRequest } from "./io.js";
import { checkpointLabel, everythingLabel, pathLabel, pickable, previewText } from "./print/choice-text.js";
import { alreadyThere } from "./print/restore-text.js";
import { withProgress } from "./print/progress.js";

/** What somebody chose to restore; no paths mean everything. */
export interface ChosenRestore {
  target: Checkpoint;
  paths: readonly string[];
}

/**
 * Makes sure that a checkpoint can be chosen from a list.
 * @throws UsageError where nobody can be asked: no terminal, --yes or --json
 */
export function assertCanChoose({ flags, io }: CommandContext): void {
  if (io.isTerminal && !flags.yes && !flags.json && io.chooseOne !== undefined) return;
  throw new UsageError(
    "no checkpoint is named",
    "Give an ID, like `stepback restore latest`; on a terminal, without --yes and --json, you can choose from a list.",
  );
}

/** Offers the checkpoints, newest first, then what would change, then all of it or some; null when that was cancelled. */
export async function chooseRestore(
  context: CommandContext,
  checkpoints: Checkpoints,
  options: { keepAdded: boolean },
): Promise<ChosenRestore | null> {
  const listed = (await checkpoints.list()).checkpoints.toReversed();
  // The error that says so.
  if (listed.length === 0) await checkpoints.find("latest");
  const choices = listed.map((one) => checkpointLabel(one, context.io.columns));
  for (let startAt = 0; ;) {
    const chosen = await chooseOne(context, { question: "Which checkpoint do you want to go back to?", choices, startAt });
    if (chosen === null) return null;
    const target = listed[chosen] as Checkpoint;
    const plan = await withProgress(context, (call) => checkpoints.planRestore(target.id, { ...options, ...call }));
    const paths = plan.operations.length === 0 ? tellSame(context, target) : await choosePaths(context, plan);
    if (paths === null) return null;
    if (paths !== "another checkpoint") return { target, paths };
    startAt = chosen;
  }
}

function tellSame({ output }: CommandContext, target: Checkpoint): "another checkpoint" {
  output.tell(alreadyThere(target));
  return "another checkpoint";
}

async function choosePaths(context: CommandContext, plan: RestorePlan): Promise<readonly string[] | "another checkpoint" | null> {
  context.output.tell(previewText(plan));
  const some = pickable(plan);
  const ways = [
    { label: everythingLabel(plan), take: () => Promise.resolve([]) },
    ...(some.length > 1 ? [{ label: "Only some files …", take: () => chooseSome(context, some) }] : []),
    { label: "Another checkpoint …", take: () => Promise.resolve("another checkpoint" as const) },
  ];
  const chosen = await chooseOne(context, { question: "What should go back?", choices: ways });
  return chosen === null ? null : (ways[chosen]?.take() ?? null);
}

async function chooseSome({ flags, io }: CommandContext, some: RestorePlan["operations"]): Promise<string[] | null> {
  const question = "Which files? (space picks, a picks all, enter goes on)";
  const request = { question, choices: some.map((one) => ({ label: pathLabel(one) })), useColor: io.useColor && flags.color };
  const chosen = (await io.chooseSeveral?.(request)) ?? null;
  throwIfInterrupted(io.signal);
  return chosen === null ? null : some.filter((_, index) => chosen.includes(index)).map(({ path }) => path);
}

async function chooseOne({ flags, io }: CommandContext, request: Omit<ChoiceRequest, "useColor">): Promise<number | null> {
  const chosen = (await io.chooseOne?.({ ...request, useColor: io.useColor && flags.color })) ?? null;
  throwIfInterrupted(io.signal);
  return chosen;
}

function throwIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw signal.reason;
}
