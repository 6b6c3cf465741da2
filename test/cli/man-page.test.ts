import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { makeManPage } from "../../scripts/man-page.mjs";
import { COMMAND_GROUPS } from "../../src/cli/definitions/all-commands.js";
import { buildProgram } from "../../src/cli/program.js";
import { EXIT } from "../../src/index.js";
import { requires } from "../support/requirements.js";
import { fakeIo } from "./fake-io.js";

const ROOT = join(import.meta.dirname, "../..");
let page = "";

beforeAll(async () => {
  page = await makeManPage(ROOT);
});

test("the manual page tells of every command, option, example and exit status", () => {
  const text = page.replaceAll("\\-", "-").replaceAll("\\(dq", '"');
  const program = buildProgram(COMMAND_GROUPS, fakeIo(), async () => undefined);
  for (const command of program.commands) {
    expect(text).toContain(`.SS "stepback ${command.name()} `);
    for (const option of command.options) expect(text).toContain(`.B "${option.flags}"`);
    for (const subcommand of command.commands) expect(text).toContain(`.SS "stepback ${command.name()} ${subcommand.name()} `);
  }
  expect(text).toContain("    stepback restore latest");
  for (const status of Object.values(EXIT)) expect(text).toContain(`.B ${status}\n`);
});

test("the package has it where npm tells man to look", () => {
  const { stdout } = spawnSync("npm", ["pack", "--dry-run", "--ignore-scripts", "--json"], { cwd: ROOT, encoding: "utf8" });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  expect(files.map(({ path }) => path)).toContain("dist/man/stepback.1");
});

requires("groff").test("groff has nothing against it", () => {
  const { status, stdout, stderr } = spawnSync("groff", ["-man", "-ww", "-Tutf8"], { input: page, encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("undo for directories");
});

requires("mandoc").test("mandoc has nothing against it but its taste", () => {
  const output = execFileSync("sh", ["-c", "mandoc -Tlint -Wwarning || true"], { input: page, encoding: "utf8" });
  expect(output.split("\n").filter((line) => !/missing date|^$/.test(line))).toEqual([]);
});
