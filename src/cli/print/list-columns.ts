import { UsageError, type Checkpoint } from "../../index.js";
import { safe } from "./safe-text.js";
import { outcomeText } from "./outcome-text.js";
import { utcTime } from "./time-text.js";

/** What a column shows of a checkpoint. Without a value it is empty, so that the columns of every line are the same. */
const FIELDS: Readonly<Record<string, (checkpoint: Checkpoint) => string | number | boolean | null>> = {
  id: ({ id }) => id,
  sequence: ({ sequence }) => sequence,
  type: ({ type }) => type,
  step: ({ stepNumber }) => stepNumber,
  step_name: ({ stepName }) => stepName,
  created: ({ createdAt }) => utcTime(createdAt),
  timestamp: ({ createdAt }) => createdAt,
  files: ({ fileCount }) => fileCount,
  bytes: ({ totalBytes }) => totalBytes,
  notes: ({ notes }) => notes,
  status: (checkpoint) => outcomeText(checkpoint).replace(/^\S+ /, ""),
  success: ({ success }) => success,
  git_commit: ({ gitCommit }) => gitCommit,
  git_branch: ({ gitBranch }) => gitBranch,
  phase: ({ phase }) => phase,
  task: ({ taskId }) => taskId,
  stage: ({ stage }) => stage,
  session: ({ sessionId }) => sessionId,
  workflow: ({ workflowId }) => workflowId,
  tags: ({ tags }) => tags.join(","),
  pinned: ({ isPinned }) => isPinned,
  complete: ({ isComplete }) => isComplete,
  backup_of: ({ backupOf }) => backupOf,
  rollbacks: ({ rollbackCount }) => rollbackCount,
  stored_path: ({ storedPath }) => storedPath,
};

/**
 * Formats a line for each checkpoint by a template such as `{id}\t{created}`. A tab or line end in a value is shown escaped, so that tabs
 * between the fields part them for certain.
 * @throws UsageError for a field that does not exist
 */
export function listColumns(template: string, checkpoints: readonly Checkpoint[]): string {
  const parts = parseTemplate(template);
  return checkpoints.map((checkpoint) => `${parts.map((part) => part(checkpoint)).join("")}\n`).join("");
}

type Part = (checkpoint: Checkpoint) => string;

const TOKEN = /\{\{|\}\}|\{([^{}]*)\}|\\[tn\\]|[{}]/g;
const LITERALS: Readonly<Record<string, string>> = { "{{": "{", "}}": "}", "\\t": "\t", "\\n": "\n", "\\\\": "\\" };

function parseTemplate(template: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of template.matchAll(TOKEN)) {
    const [token, name] = match;
    parts.push(literal(template.slice(at, match.index)), LITERALS[token] === undefined ? field(name, token) : literal(LITERALS[token]));
    at = match.index + token.length;
  }
  return [...parts, literal(template.slice(at))];
}

function literal(text: string): Part {
  return () => text;
}

function field(name: string | undefined, token: string): Part {
  const read = name !== undefined && Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (read === undefined) {
    throw new UsageError(
      name === undefined
        ? `a single ${token} stands in --format; write ${token}${token} for the sign itself`
        : `--format has no field {${name}}`,
      `The fields are ${Object.keys(FIELDS).join(", ")}.`,
    );
  }
  return (checkpoint) => safe(String(read(checkpoint) ?? ""));
}
