import { expect, test } from "vitest";
import type { CommandDefinition } from "../../src/cli/definitions/definition.js";
import { COMMAND_GROUPS } from "../../src/cli/definitions/all-commands.js";
import { buildProgram, loadCommands } from "../../src/cli/program.js";
import { EXIT } from "../../src/index.js";
import { runLine } from "../end-to-end/command-line.js";
import { tempChange } from "../support/temp-change.js";
import { commandLinesIn, wordsOf } from "./command-lines.js";
import { fakeIo } from "./fake-io.js";

const DEFINITIONS = COMMAND_GROUPS.flatMap(({ definitions }) => definitions).flatMap((one) => withSubcommands(one));
const EXAMPLES = DEFINITIONS.flatMap(({ name, examples }) => examples.map((example) => ({ name, example })));
/** These start other programs, or do not end by themselves. */
const NOT_RUN = new Set(["run", "watch", "workflow", "resume"]);
const ASSIGNMENTS = /^\s*(?:[A-Z_]+=\S* +)+/;
const SHELL_SYNTAX = /[|<>&;]|\$[\w$(]|…/;

test("every command has examples", () => {
  expect(DEFINITIONS.filter(({ examples }) => examples.length === 0)).toEqual([]);
});

test.each(EXAMPLES)("the program understands the example `$example`", async ({ name, example }) => {
  const lines = commandLinesIn(example);
  expect(lines.length).toBeGreaterThan(0);
  for (const words of lines) {
    const called: string[] = [];
    const program = buildProgram(await loadCommands(words), fakeIo(), async (command) => {
      called.push(command.name());
    });
    await program.parseAsync(words, { from: "user" });
    expect(called).toHaveLength(1);
  }
  expect(example).toContain(`stepback ${name}`);
});

test("every example that needs nothing but stepback runs", async () => {
  const change = await tempChange({ "proposal.md": "1", "specs/spec.md": "2", "a.txt": "3" });
  for (const step of [1, 2, 3, 4, 5]) {
    change.edit({ "proposal.md": `${step}` });
    await change.checkpoints.create({ step, taskId: "7", stage: "start" });
  }
  const plain = EXAMPLES.filter(({ name, example }) => !NOT_RUN.has(name.split(" ")[0] as string) && !SHELL_SYNTAX.test(example));
  expect(plain.length).toBeGreaterThan(20);
  const wrong: string[] = [];
  for (const { example } of plain) {
    const { status, err } = await runLine(change.directory, wordsOf(example.replace(ASSIGNMENTS, "")).slice(1), {
      answers: [],
      chooseOne: async () => null,
    });
    if (status === EXIT.fault || status === EXIT.usage) wrong.push(`${example}: ${err}`);
  }
  expect(wrong).toEqual([]);
});

/** A definition and those below it, each with its whole name. */
function withSubcommands(definition: CommandDefinition, above = ""): { name: string; examples: readonly string[] }[] {
  const name = `${above}${definition.name}`;
  const below = (definition.subcommands ?? []).flatMap((one) => withSubcommands(one, `${name} `));
  return [{ name, examples: definition.examples }, ...below];
}
