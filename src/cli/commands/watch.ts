import { EXIT, type WatchLook } from "../../index.js";
import type { CommandContext } from "../context.js";
import { durationDays } from "../flags.js";
import { openChange } from "../open-change.js";
import { safe } from "../print/safe-text.js";
import { counted } from "../print/counted.js";

export interface WatchFlags {
  interval?: string;
}

const MS_PER_DAY = 86_400_000;

/** `stepback watch`. The signal is how it ends, so the exit status is 0 then. */
export async function watch(context: CommandContext, flags: WatchFlags): Promise<number> {
  const intervalMs = flags.interval === undefined ? undefined : Math.round(durationDays("--interval", flags.interval) * MS_PER_DAY);
  const checkpoints = await openChange(context);
  const result = await checkpoints.watch({
    ...(intervalMs === undefined ? {} : { intervalMs }),
    signal: context.io.signal,
    onLook: (look) => tellLook(context, look),
  });
  const { changeId } = checkpoints;
  const sum = `${counted(result.checkpoints.length, "checkpoint")} in ${counted(result.looks, "look")}`;
  context.output.report({ changeId, ...result }, () => `✓ Stopped watching '${safe(changeId)}': ${sum}`);
  return EXIT.done;
}

function tellLook({ output }: CommandContext, look: WatchLook): void {
  if (look.kind === "unchanged") output.remark("– Nothing changed");
  else if (look.kind === "skipped") output.tell(`⚠ No checkpoint this time: ${safe(look.problem)}`);
  else {
    output.remark(`✓ Created checkpoint: ${safe(look.checkpoint.id)}`);
    output.warn(look.checkpoint.warnings);
  }
}
