import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { COMMAND_GROUPS } from "../../src/cli/definitions/all-commands.js";
import { buildProgram } from "../../src/cli/program.js";
import { defaultConfig } from "../../src/config/index.js";
import { SETTINGS } from "../../src/config/settings.js";
import { variableOf } from "../../src/config/variable.js";
import { CHECKPOINT_TYPES, PHASES, STAGES } from "../../src/index.js";
import { fakeIo } from "./fake-io.js";

const document = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
const program = buildProgram(COMMAND_GROUPS, fakeIo(), async () => undefined);

/** With the commands of a group, each by its full name. */
const commands = program.commands.flatMap((command) => [
  [command.name(), command] as const,
  ...command.commands.map((inner) => [`${command.name()} ${inner.name()}`, inner] as const),
]);

test.each(commands)("docs/cli.md tells of %s and of all its options", (name, command) => {
  const names = [name, ...command.aliases()];
  expect(names.filter((one) => !document.includes(`\`${one}`))).toEqual([]);
  expect(command.options.map(({ long }) => String(long)).filter((option) => !document.includes(option))).toEqual([]);
});

test("docs/cli.md names every type, phase and stage", () => {
  expect([...CHECKPOINT_TYPES, ...PHASES, ...STAGES].filter((word) => !document.includes(`\`${word}\``))).toEqual([]);
});

test("docs/configuration.md names every setting with its variable and default, and no other", () => {
  const guide = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  const rows = [...guide.matchAll(/^\| `([a-z_.]+)` +\| `([A-Z_]+)` +\| (?:`(.*?)`)? +\|/gm)].map(([, key, variable, text = ""]) => [
    key,
    variable,
    text,
  ]);
  expect(rows).toEqual([...SETTINGS].map(([key, setting]) => [key, variableOf(key), setting.show(defaultConfig()).text]));
});
