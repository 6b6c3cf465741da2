import { resolve } from "node:path";
import type { Api } from "../context.js";
import { COMMAND_GROUPS } from "../definitions/all-commands.js";
import { placeFlags } from "../global-options.js";
import type { Io } from "../io.js";
import { buildProgram } from "../program.js";
import { safe } from "../print/safe-text.js";
import { utcTime } from "../print/time-text.js";
import { findCandidates, type Candidate } from "./candidates.js";
import { readWords } from "./read-words.js";

const NEWEST_AT_MOST = 200;

/**
 * Answers a shell that asks what may stand at the cursor: a line with what the shell is to add of its own (`files`, `folders` or `none`),
 * then a line for each word, with its hint behind a tab. Whatever goes wrong, a shell must not show it on the line that is being typed.
 */
export async function complete(
  words: readonly string[],
  io: Io,
  api: Pick<Api, "openCheckpoints" | "resolveChangeDirectory">,
): Promise<void> {
  const program = buildProgram(COMMAND_GROUPS, io, () => Promise.resolve());
  const at = readWords(program, words);
  const { words: known, more } = findCandidates(at);
  const found = more === "checkpoints" ? await findCheckpoints(at.values, io, api) : known;
  const lines = matching(found, at.typed).map(({ value, hint }) => (hint === "" ? value : `${value}\t${oneLine(hint)}`));
  io.stdout([more === "checkpoints" ? "none" : more, ...lines, ""].join("\n"));
}

/** By their beginnings; a part of an id is enough when only one has it. */
function matching(candidates: readonly Candidate[], typed: string): Candidate[] {
  const beginning = candidates.filter(({ value }) => value.startsWith(typed));
  if (beginning.length > 0) return beginning;
  const containing = candidates.filter(({ value }) => value.includes(typed));
  return containing.length === 1 ? containing : [];
}

async function findCheckpoints(
  values: ReadonlyMap<string, string>,
  io: Io,
  api: Pick<Api, "openCheckpoints" | "resolveChangeDirectory">,
): Promise<Candidate[]> {
  try {
    const typed = { dir: values.get("--dir"), changeId: values.get("--change-id"), store: values.get("--store") };
    const { dir, changeId, store } = placeFlags(typed, io.env);
    const storePath = store === undefined ? undefined : resolve(io.cwd, store);
    const directory = await api.resolveChangeDirectory({ dir, changeId, cwd: io.cwd, storePath, environment: io.env });
    const { checkpoints } = await (
      await api.openCheckpoints(directory, { storePath, now: () => io.now() })
    ).list({ limit: NEWEST_AT_MOST });
    const named = checkpoints.reverse().map(({ id, type, stepNumber, stepName, createdAt, notes }) => {
      const step = stepNumber === null ? type : `step ${stepNumber}${stepName === null ? "" : ` ${stepName}`}`;
      return { value: id, hint: `${step}, ${utcTime(createdAt)}${notes === null ? "" : `, ${notes}`}` };
    });
    const [newest] = checkpoints.filter(({ type }) => type !== "backup");
    return [...(newest === undefined ? [] : [{ value: "latest", hint: newest.id }]), ...named];
  } catch {
    return [];
  }
}

function oneLine(hint: string): string {
  return safe(hint).slice(0, 100);
}
