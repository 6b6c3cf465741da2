import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { buildProgram } from "../../src/cli/program.js";
import { SETTINGS } from "../../src/config/settings.js";
import { CHECKPOINT_TYPES, PHASES, STAGES } from "../../src/index.js";
import { fakeIo } from "./fake-io.js";

const document = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
const program = buildProgram([], fakeIo(), async () => undefined);

test.each(program.commands.map((command) => [command.name(), command] as const))(
  "docs/cli.md tells of %s and of all its options",
  (name, command) => {
    const names = [name, ...command.aliases()];
    expect(names.filter((one) => !document.includes(`\`${one}`))).toEqual([]);
    expect(command.options.map(({ long }) => String(long)).filter((option) => !document.includes(option))).toEqual([]);
  },
);

test("docs/cli.md names every type, phase and stage", () => {
  expect([...CHECKPOINT_TYPES, ...PHASES, ...STAGES].filter((word) => !document.includes(`\`${word}\``))).toEqual([]);
});

test("docs/cli.md names every setting, and no other", () => {
  const section = document.split("\n## Configuration\n")[1] ?? "";
  const documented = [...section.matchAll(/^\| `([a-z_.]+)`/gm)].map(([, key]) => key);
  expect(documented).toEqual([...SETTINGS.keys()].filter((key) => key !== "$schema"));
});
