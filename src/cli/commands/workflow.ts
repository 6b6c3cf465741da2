import { resolve } from "node:path";
import { EXIT } from "../../index.js";
import type { CommandContext } from "../context.js";
import { keyValues } from "../flags.js";
import { openChange } from "../open-change.js";
import { workflowsText, workflowStatusText } from "../print/workflow-text.js";

export interface StartFlags {
  steps: string;
  id?: string;
  name?: string;
  workflowVersion?: string;
  request?: string;
  meta?: string[];
  force?: boolean;
}

export interface StatusFlags {
  id?: string;
}

export interface CompleteFlags {
  artifact?: string[];
  id?: string;
}

export interface FailFlags {
  reason?: string;
  id?: string;
}

/** `stepback workflow start`. */
export async function workflowStart(context: CommandContext, flags: StartFlags): Promise<number> {
  const checkpoints = await openChange(context);
  const status = await checkpoints.workflow.start({
    ...(flags.id === undefined ? {} : { id: flags.id }),
    steps: flags.steps.split(",").map((name) => name.trim()),
    name: flags.name ?? null,
    version: flags.workflowVersion ?? null,
    originalRequest: flags.request ?? null,
    metadata: keyValues("--meta", flags.meta ?? []),
    force: flags.force === true,
  });
  context.output.report(status, () => `✓ Began workflow ${status.workflowId}\n${workflowStatusText(status)}`);
  return EXIT.done;
}

/** `stepback workflow status`. */
export async function workflowStatus(context: CommandContext, flags: StatusFlags): Promise<number> {
  const checkpoints = await openChange(context);
  const status = await checkpoints.workflow.status(flags.id, { signal: context.io.signal });
  context.output.answer(status, () => workflowStatusText(status));
  context.output.warn(status.warnings);
  return EXIT.done;
}

/** `stepback workflow complete`. */
export async function workflowComplete(context: CommandContext, step: string, flags: CompleteFlags): Promise<number> {
  const checkpoints = await openChange(context);
  const status = await checkpoints.workflow.complete(step, {
    artifacts: flags.artifact ?? [],
    ...(flags.id === undefined ? {} : { id: flags.id }),
  });
  context.output.report(status, () => `✓ Completed step ${step}\n${workflowStatusText(status)}`);
  return EXIT.done;
}

/** `stepback workflow fail`. */
export async function workflowFail(context: CommandContext, step: string, flags: FailFlags): Promise<number> {
  const checkpoints = await openChange(context);
  const status = await checkpoints.workflow.fail(step, flags);
  context.output.report(status, () => workflowStatusText(status));
  return EXIT.done;
}

/** `stepback workflow forget`. */
export async function workflowForget(context: CommandContext, id: string): Promise<number> {
  const checkpoints = await openChange(context);
  const isForgotten = await checkpoints.workflow.forget(id);
  context.output.report({ workflowId: id, forgotten: isForgotten }, () =>
    isForgotten ? `✓ Forgot workflow ${id}\n` : `No workflow '${id}' is on record.\n`,
  );
  return EXIT.done;
}

/** `stepback workflows`. */
export async function workflows(context: CommandContext, root = "."): Promise<number> {
  const found = await context.api.findWorkflows(resolve(context.io.cwd, root));
  context.output.answer(found, () => workflowsText(found.workflows));
  context.output.warn(found.warnings);
  return EXIT.done;
}
