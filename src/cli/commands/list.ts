import {
  CHECKPOINT_TYPES,
  EXIT,
  PHASES,
  STAGES,
  UsageError,
  type Checkpoint,
  type Checkpoints,
  type ListFilter,
  type StoreSizes,
} from "../../index.js";
import type { CommandContext } from "../context.js";
import { keysOrValues, oneOf, since, wholeNumber } from "../flags.js";
import { openChange } from "../open-change.js";
import { listText } from "../print/list-text.js";

export interface ListFlags {
  limit?: string;
  type?: string;
  step?: string;
  task?: string;
  stage?: string;
  phase?: string;
  session?: string;
  workflow?: string;
  tag?: string;
  meta?: string[];
  since?: string;
  reverse?: boolean;
  format?: string;
  sizes?: boolean;
}

/** `stepback list`. */
export async function list(context: CommandContext, flags: ListFlags): Promise<number> {
  if (flags.format !== undefined && context.flags.json) throw new UsageError("--format is text and cannot be JSON", "Give one of them.");
  if (flags.format !== undefined && flags.sizes === true)
    throw new UsageError("--format and --sizes cannot be had together", "Give one of them.");
  const filter = readFilter(flags, context.io.now());
  const place = await openChange(context);
  const { checkpoints, warnings } = await place.list(filter);
  if (flags.reverse === true) checkpoints.reverse();
  const isFiltered = Object.values(filter).some((condition) => condition !== undefined);
  const { changeId, directory, storePath } = place;
  if (flags.format !== undefined) {
    const { listColumns } = await import("../print/list-columns.js");
    context.io.stdout(listColumns(flags.format, checkpoints));
    context.output.warn(warnings);
    return EXIT.done;
  }
  const sizes = flags.sizes === true ? await measure(context, place, checkpoints) : null;
  context.output.answer({ changeId, directory, storePath, checkpoints, ...(sizes === null ? {} : { sizes }), warnings }, () =>
    listText({ changeId, checkpoints, isFiltered, sizes }),
  );
  context.output.warn(warnings);
  return EXIT.done;
}

async function measure(context: CommandContext, place: Checkpoints, checkpoints: readonly Checkpoint[]): Promise<StoreSizes> {
  const { withProgress } = await import("../print/progress.js");
  const ids = checkpoints.map(({ id }) => id);
  return withProgress(context, (options) => place.sizes(ids, options));
}

function readFilter(flags: ListFlags, now: Date): ListFilter {
  return {
    limit: flags.limit === undefined ? undefined : wholeNumber("--limit", flags.limit, 1),
    type: flags.type === undefined ? undefined : oneOf("--type", flags.type, CHECKPOINT_TYPES),
    step: flags.step === undefined ? undefined : wholeNumber("--step", flags.step, 0),
    taskId: flags.task,
    stage: flags.stage === undefined ? undefined : oneOf("--stage", flags.stage, STAGES),
    phase: flags.phase === undefined ? undefined : oneOf("--phase", flags.phase, PHASES),
    sessionId: flags.session,
    workflowId: flags.workflow,
    tag: flags.tag,
    metadata: flags.meta === undefined ? undefined : keysOrValues("--meta", flags.meta),
    since: flags.since === undefined ? undefined : since("--since", flags.since, now),
  };
}
