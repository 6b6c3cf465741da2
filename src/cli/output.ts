import type { GlobalFlags } from "./global-options.js";
import type { Io } from "./io.js";
import { jsonText } from "./print/json-text.js";

/** Where a command prints; each call takes the data and its text form, and shows the one that was asked for. */
export interface Output {
  /** Prints what was asked for, also with --quiet. */
  answer(data: unknown, text: () => string): void;
  /** Prints what was done; with --quiet the text is left out. */
  report(data: unknown, text: () => string): void;
  /** Prints text on stderr, also with --quiet: questions and what went wrong. Nothing with --json, where the document has it. */
  tell(text: string): void;
  /** Prints text on stderr that is of no use with --quiet or --json. */
  remark(text: string): void;
  /** Prints warnings on stderr; nothing with --quiet, nor with --json, where they are part of the document. */
  warn(messages: readonly string[]): void;
}

interface OutputParts {
  toJsonForm: (value: unknown) => unknown;
  colorize: ((text: string) => string) | null;
}

/** Sets up the output of one command. */
export function createOutput(io: Io, flags: Pick<GlobalFlags, "json" | "quiet">, { toJsonForm, colorize }: OutputParts): Output {
  const print = (text: string): void => io.stdout(endLine(colorize === null ? text : colorize(text)));
  const printError = (text: string): void => io.stderr(endLine(colorize === null || !io.isTerminal ? text : colorize(text)));
  const printJson = (data: unknown): void => io.stdout(jsonText(toJsonForm(data)));
  const remark = (text: string): void => {
    if (!flags.json && !flags.quiet) printError(text);
  };
  return {
    answer: (data, text) => (flags.json ? printJson(data) : print(text())),
    report: (data, text) => {
      if (flags.json) printJson(data);
      else if (!flags.quiet) print(text());
    },
    tell: (text) => {
      if (!flags.json) printError(text);
    },
    remark,
    warn: (messages) => {
      for (const message of messages) remark(`warning: ${message}`);
    },
  };
}

function endLine(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
