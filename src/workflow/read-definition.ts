import { lstatSync, readFileSync, statSync, type Stats } from "node:fs";
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import { parseMarkedText } from "../config/index.js";
import { hasCode, WorkflowInvalidError, WorkflowNotFoundError } from "../errors/index.js";
import { isWorkflowId } from "../formats/index.js";
import { replaceFile, type Durability } from "../platform/index.js";
import { checkDefinition, type FilePath } from "./check-definition.js";
import type { WorkflowDefinition } from "./definition.js";

const FILE_NAMES = ["stepback.workflow.yaml", "stepback.workflow.yml", "stepback.workflow.json"] as const;
/** Far more than ten thousand steps need, far less than what hurts to read. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** A workflow file with where it stands. */
export interface DefinitionFile {
  definition: WorkflowDefinition;
  path: string;
  /** As the record names it: relative where it is below the change directory. */
  recordedPath: string;
  bytes: Buffer;
}

/**
 * Finds the workflow file of a change directory; null when there is none.
 * @throws WorkflowInvalidError when there are two
 */
export function findDefinitionFile(directory: string): string | null {
  const paths = FILE_NAMES.map((name) => join(directory, name)).filter((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined);
  const [path, ...others] = paths;
  if (path === undefined) return null;
  if (others.length > 0) throw new WorkflowInvalidError(path, `stands beside ${others.join(" and ")}; keep one of them`, { paths });
  return path;
}

/**
 * Reads the workflow file of a change directory, or the one that is named, relative to the directory. A file without an id is that of `defaultId`.
 * @throws WorkflowNotFoundError; WorkflowInvalidError naming the position, and the nearest right key where a key is wrong
 */
export async function readDefinition(directory: string, file: string | null, defaultId = defaultIdOf(directory)): Promise<DefinitionFile> {
  const path = file === null ? findDefinitionFile(directory) : resolve(directory, file);
  if (path === null) throw new WorkflowNotFoundError(`there is no ${FILE_NAMES[0]} in ${directory}`);
  const { bytes, text } = readText(path);
  const { value, positionOf } = await parseMarkedText(text, path, WorkflowInvalidError);
  const { definition, problems } = checkDefinition(value, defaultId);
  const [first, ...others] = problems;
  if (first === undefined) return { definition, path, recordedPath: recordedPathOf(directory, path), bytes };
  const listed = problems.map((problem) => ({
    key: showPath(problem.path),
    line: positionOf(problem.path, problem.at)?.line ?? null,
    column: positionOf(problem.path, problem.at)?.column ?? null,
    message: problem.message,
    did_you_mean: problem.didYouMean,
  }));
  const position = positionOf(first.path, first.at);
  const place = position === null ? path : `${path}:${position.line}:${position.column}`;
  const more = others.length === 0 ? "" : ` (and ${others.length} more ${others.length === 1 ? "problem" : "problems"})`;
  throw new WorkflowInvalidError(place, first.message + more, { path, problems: listed });
}

/**
 * Puts a workflow file back as it was read, after the files were brought back to before a step: somebody may have put it right since. One that is a
 * symlink, or stands elsewhere, was not touched.
 */
export function keepDefinition({ bytes, path, recordedPath }: DefinitionFile, before: DefinitionStat, durability: Durability): void {
  if (isAbsolute(recordedPath) || before?.isFile() !== true) return;
  const isAsRead = lstatSync(path, { throwIfNoEntry: false })?.isFile() === true && readFileSync(path).equals(bytes);
  if (!isAsRead) replaceFile(path, bytes, { mode: before.mode & 0o7777, durability });
}

type DefinitionStat = Stats | undefined;

/** How a workflow file stands before the files are brought back. */
export function lookAtDefinition({ path }: DefinitionFile): DefinitionStat {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** The id of the change, made fit to name a file. */
export function defaultIdOf(directory: string): string {
  const fit = basename(directory)
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 100);
  return isWorkflowId(fit) ? fit : "workflow";
}

/** Gives the spelling of a path in messages: `steps[2].retries`. */
function showPath(path: FilePath): string {
  return path.map((part, at) => (typeof part === "number" ? `[${part}]` : at === 0 ? part : `.${part}`)).join("");
}

function recordedPathOf(directory: string, path: string): string {
  const below = relative(directory, path);
  return isAbsolute(below) || below.split(sep)[0] === ".." ? path : below.split(sep).join("/");
}

function readText(path: string): { bytes: Buffer; text: string } {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw new WorkflowInvalidError(path, "is not a file");
    if (stats.size > MAX_FILE_BYTES) throw new WorkflowInvalidError(path, `has more than ${MAX_FILE_BYTES} bytes`);
    const bytes = readFileSync(path);
    return { bytes, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) throw new WorkflowNotFoundError(`there is no file ${path}`);
    if (hasCode(error, "ERR_ENCODING_INVALID_ENCODED_DATA")) throw new WorkflowInvalidError(path, "is not UTF-8 text");
    if (hasCode(error, "EACCES", "EPERM", "ELOOP", "EIO")) throw new WorkflowInvalidError(path, `cannot be read (${error.code})`);
    throw error;
  }
}
