import type { Argument, Command, Option } from "commander";

/** What stands at the cursor of a command line that is being typed. */
export interface WordAtCursor {
  /** What has been typed of it. */
  typed: string;
  /** The command that it belongs to; the program itself while none is named. */
  command: Command;
  /** The option whose value it is. */
  option: Option | null;
  /** The argument that it is; null where none is left to give. */
  argument: Argument | null;
  /** A command may stand here: none of this level was named, rightly or wrongly. */
  mayBeCommand: boolean;
  /** An option may stand here. */
  mayBeOption: boolean;
  /** Values of the options so far, by their long names. */
  values: ReadonlyMap<string, string>;
}

/** Finds out what the last of the words is. Pure; wrong words before it are passed over. */
export function readWords(program: Command, words: readonly string[]): WordAtCursor {
  const before = joinAssignments(words.slice(0, -1));
  const values = new Map<string, string>();
  let command = program;
  let position = 0;
  let isPastOptions = false;
  let awaiting: Option | null = null;
  for (const word of before) {
    const option: Option | null = isPastOptions || !word.startsWith("-") ? null : findOption(command, word);
    if (awaiting !== null) {
      values.set(String(awaiting.long), word);
      awaiting = null;
    } else if (word === "--") isPastOptions = true;
    else if (option !== null) {
      const equals = word.indexOf("=");
      if (equals > 0) values.set(String(option.long), word.slice(equals + 1));
      else if (option.required) awaiting = option;
    } else if (isPastOptions || !word.startsWith("-")) {
      const subcommand = position === 0 && !isPastOptions ? findCommand(command, word) : undefined;
      if (subcommand === undefined) position += 1;
      else command = subcommand;
    }
  }
  const argument = awaiting === null ? argumentAt(command, position) : null;
  const typed = words.at(-1) ?? "";
  const mayBeOption = !isPastOptions && awaiting === null;
  return { typed: typed === "=" ? "" : typed, command, option: awaiting, argument, mayBeCommand: position === 0, mayBeOption, values };
}

/** The option of a command, or of the program that it is part of, that a word names. */
export function findOption(command: Command, word: string): Option | null {
  const name = word.split("=", 1)[0];
  for (let at: Command | null = command; at !== null; at = at.parent) {
    const found = at.options.find(({ long, short }) => long === name || short === name);
    if (found !== undefined) return found;
  }
  return null;
}

function findCommand(command: Command, word: string): Command | undefined {
  return command.commands.find((one) => one.name() === word || one.aliases().includes(word));
}

function argumentAt(command: Command, position: number): Argument | null {
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  return registeredArguments[position] ?? (last?.variadic === true ? last : null);
}

/** bash cuts `--type=step` into three words. */
function joinAssignments(words: readonly string[]): string[] {
  return words.filter((word, at) => word !== "=" || words[at - 1]?.startsWith("--") !== true);
}
