import { statSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { DirectoryNotFoundError, StepbackError } from "../errors/index.js";
import { currentStepOf, parseWorkflow, type WorkflowRecord } from "../formats/index.js";
import { readWorkflowBytes } from "../store/index.js";
import { progressOf } from "./plan-resume.js";

/** Changes may be nested so deep below a root. */
const MAX_DEPTH = 6;

/** A workflow that can be gone on with. */
export interface ResumableWorkflow {
  workflowId: string;
  name: string | null;
  /** The change directory. */
  directory: string;
  /** `3/8`. */
  progress: string;
  next: string | null;
  createdAt: string;
  updatedAt: string;
  /** False for one that was set aside for another. */
  isCurrent: boolean;
}

/** Lists the workflows below a folder that are not finished, newest first; those that cannot be read are named in the warnings. */
export async function findWorkflows(root: string): Promise<{ workflows: ResumableWorkflow[]; warnings: string[] }> {
  const folder = resolve(root);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw new DirectoryNotFoundError(folder);
  const { default: fastGlob } = await import("fast-glob");
  const paths = await fastGlob(["**/.checkpoints/workflow.json", "**/.checkpoints/workflows/*.json"], {
    cwd: folder,
    absolute: true,
    deep: MAX_DEPTH,
    dot: true,
    followSymbolicLinks: false,
    onlyFiles: false,
    suppressErrors: true,
    ignore: ["**/node_modules/**", "**/.git/**", "**/.checkpoints/checkpoint-*/**", "**/.checkpoints/{tmp,trash,restore}-*/**"],
  });
  const workflows: ResumableWorkflow[] = [];
  const warnings: string[] = [];
  for (const path of paths.sort()) {
    const found = readIfSound(path);
    if (typeof found === "string") warnings.push(`${path} is skipped: ${found}`);
    else if (found !== null && currentStepOf(found) !== null) workflows.push(describe(path, found));
  }
  return { workflows: workflows.sort(newestFirst), warnings };
}

/** Gives what is wrong as a sentence. */
function readIfSound(path: string): WorkflowRecord | string | null {
  try {
    const bytes = readWorkflowBytes(path);
    return bytes === undefined ? null : parseWorkflow(bytes.toString(), path);
  } catch (error) {
    if (!(error instanceof StepbackError)) throw error;
    const problem = error.details["problem"];
    return typeof problem === "string" ? problem : error.message;
  }
}

function describe(path: string, record: WorkflowRecord): ResumableWorkflow {
  const isCurrent = path.endsWith(`${sep}workflow.json`) || path.endsWith("/workflow.json");
  return {
    workflowId: record.id,
    name: record.name,
    directory: dirname(isCurrent ? dirname(path) : dirname(dirname(path))),
    progress: progressOf(record),
    next: currentStepOf(record)?.name ?? null,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    isCurrent,
  };
}

function newestFirst(one: ResumableWorkflow, other: ResumableWorkflow): number {
  if (one.updatedAt !== other.updatedAt) return one.updatedAt < other.updatedAt ? 1 : -1;
  return one.directory < other.directory ? -1 : 1;
}
