import { CHECKPOINT_TYPES, PHASES, STAGES } from "../../index.js";
import type { Argument, Command, Option } from "commander";
import { findOption, type WordAtCursor } from "./read-words.js";

/** One word that may stand at the cursor. */
export interface Candidate {
  value: string;
  hint: string;
}

/** What may stand at the cursor, and what the shell is to add of its own. */
export interface Candidates {
  words: Candidate[];
  /** `checkpoints` are for the caller to look up. */
  more: "checkpoints" | "files" | "folders" | "none";
}

/** Values by the name under which an option or argument shows them; all else is read off its description. */
const VOCABULARIES: Readonly<Record<string, readonly string[]>> = { type: CHECKPOINT_TYPES, phase: PHASES, stage: STAGES };
const FILES = /^(file|path|paths|pattern|command)$/;
const FOLDERS = /^(folder|directory|root)$/;
const OF_CHECKPOINTS = /\bcheckpoints?\b/;
/** `how it ended: true, false or unknown`, `rollback or keep (default: ask)`. */
const LISTED = /^(?:[^:]*: )?((?:[\w-]+, )*[\w-]+ or [\w-]+)(?: \(.*\))?$/;

/** Decides what may stand at the cursor, by the definitions of the commands alone. */
export function findCandidates(at: WordAtCursor): Candidates {
  const assigned = at.mayBeOption && at.typed.startsWith("--") && at.typed.includes("=") ? findOption(at.command, at.typed) : null;
  if (assigned !== null) {
    const { words } = valuesOf(assigned, placeholderOf(assigned));
    return { words: words.map(({ value, hint }) => ({ value: `${assigned.long}=${value}`, hint })), more: "none" };
  }
  if (at.option !== null) return valuesOf(at.option, placeholderOf(at.option));
  if (at.mayBeOption && at.typed.startsWith("-")) return { words: optionsOf(at.command), more: "none" };
  const commands = at.mayBeCommand ? at.command.commands.map((command) => ({ value: command.name(), hint: command.description() })) : [];
  if (at.argument !== null && commands.length === 0) return valuesOf(at.argument, at.argument.name());
  return { words: commands, more: "none" };
}

function optionsOf(command: Command): Candidate[] {
  return command.options.filter(({ hidden }) => !hidden).map((option) => ({ value: String(option.long), hint: option.description }));
}

function valuesOf(owner: Option | Argument, placeholder: string): Candidates {
  const words = owner.argChoices ?? VOCABULARIES[placeholder] ?? listedIn(owner.description);
  const candidates = words.map((value) => ({ value, hint: "" }));
  if (words.length > 0) return { words: candidates, more: "none" };
  if (FILES.test(placeholder)) return { words: [], more: "files" };
  if (FOLDERS.test(placeholder)) return { words: [], more: "folders" };
  return { words: [], more: OF_CHECKPOINTS.test(owner.description) && placeholder !== "n" ? "checkpoints" : "none" };
}

function placeholderOf({ flags }: Option): string {
  return /[<[]([^>\]]*)[>\]]/.exec(flags)?.[1] ?? "";
}

function listedIn(description: string): string[] {
  return LISTED.exec(description)?.[1]?.split(/, | or /) ?? [];
}
