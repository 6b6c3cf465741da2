import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { COMMAND_GROUPS } from "../src/cli/definitions/all-commands.js";
import { buildProgram } from "../src/cli/program.js";
import { fakeIo } from "./cli/fake-io.js";

const ROOT = join(import.meta.dirname, "..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const SCRIPTS = (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: Record<string, string> }).scripts;

test("the first screen has exactly two commands, and CI runs the second as it stands", () => {
  const firstScreen = README.slice(0, README.indexOf("## "));
  const commands = [...firstScreen.matchAll(/```sh\n([^`]*)\n```/g)].map(([, command]) => command);
  expect(commands).toEqual(["npm ci && npm run demo", "npm ci && npm test"]);
  expect(Object.keys(SCRIPTS)).toEqual(expect.arrayContaining(["demo", "test"]));
  expect(readFileSync(join(ROOT, ".ci/run"), "utf8")).toContain("npm ci && npm test");
});

test("every stepback command in the README exists, with the options it is shown with", () => {
  const lines = [...README.matchAll(/^(?:\$ )?stepback ([a-z]+)((?: [^#\n]*)?)/gm)];
  expect(lines.length).toBeGreaterThan(10);
  const program = buildProgram(COMMAND_GROUPS, fakeIo(), async () => undefined);
  for (const [line, name, rest = ""] of lines) {
    const command = program.commands.find((one) => one.name() === name || one.aliases().includes(name as string));
    expect(command, line).toBeDefined();
    const own = rest.split(" -- ")[0] as string;
    for (const [option] of own.matchAll(/--[a-z-]+/g)) {
      const known = [...(command?.options ?? []), ...program.options].map(({ long }) => long);
      expect(known, line).toContain(option);
    }
  }
});

test("the demo runs the whole story on the fixture", () => {
  const output = execFileSync(process.execPath, [join(ROOT, "scripts/demo.mjs")], { encoding: "utf8" });
  for (const told of [
    "✓ Created checkpoint:",
    "✗ Step 3",
    "Available checkpoints for",
    "✓ Rollback complete!",
    "identical to the original: yes",
  ]) {
    expect(output).toContain(told);
  }
});
