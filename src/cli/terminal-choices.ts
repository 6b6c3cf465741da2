import { Writable } from "node:stream";
import type { Choice, ChoiceRequest } from "./io.js";

/** Lets one of several be chosen with the arrow keys, on stderr; gives its place, null when that was cancelled. */
export async function chooseOne({ question, choices, startAt = 0, useColor }: ChoiceRequest, signal: AbortSignal): Promise<number | null> {
  const { isCancel, select } = await import("@clack/prompts");
  const chosen = await select<number>({
    ...terminalOf(useColor, signal),
    message: question,
    options: optionsOf(choices),
    initialValue: startAt,
  });
  return isCancel(chosen) ? null : chosen;
}

/** The same for any number of them, at least one. */
export async function chooseSeveral({ question, choices, useColor }: ChoiceRequest, signal: AbortSignal): Promise<number[] | null> {
  const { isCancel, multiselect } = await import("@clack/prompts");
  const chosen = await multiselect<number>({
    ...terminalOf(useColor, signal),
    message: question,
    options: optionsOf(choices),
    required: true,
  });
  return isCancel(chosen) ? null : chosen.toSorted((one, other) => one - other);
}

function optionsOf(choices: readonly Choice[]) {
  return choices.map(({ label, hint }, value) => ({ value, label, ...(hint === undefined ? {} : { hint }) }));
}

function terminalOf(useColor: boolean, signal: AbortSignal) {
  return { input: process.stdin, output: useColor ? process.stderr : withoutColors(process.stderr), signal };
}

const COLORS = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, "g");

/** The library asks nobody whether there are to be colours. */
function withoutColors(terminal: NodeJS.WriteStream): Writable {
  const plain = new Writable({
    decodeStrings: false,
    write: (text: string | Buffer, _encoding, done) => {
      terminal.write(String(text).replace(COLORS, ""));
      done();
    },
  });
  return Object.defineProperties(plain, {
    columns: { get: () => terminal.columns },
    rows: { get: () => terminal.rows },
  });
}
