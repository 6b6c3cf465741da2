import { expect, test } from "vitest";
import { COMMAND_GROUPS } from "../../../src/cli/definitions/all-commands.js";
import { buildProgram } from "../../../src/cli/program.js";
import { runCli } from "../../../src/cli/index.js";
import { CHECKPOINT_TYPES, PHASES, STAGES } from "../../../src/index.js";
import { fakeIo } from "../fake-io.js";
import { backup, madeUpApi, madeUpCheckpoint } from "../made-up.js";

const api = () =>
  madeUpApi({ list: async () => ({ checkpoints: [madeUpCheckpoint({ notes: "two\nlines" }), backup], warnings: ["one"] }) });

/** What a shell gets for a line that ends at the cursor. */
async function ask(line: string, replacements = api(), env: Record<string, string> = {}) {
  const io = fakeIo({ env });
  const status = await runCli(["__complete", ...line.split(" ")], io, replacements);
  expect({ status, err: io.err() }).toEqual({ status: 0, err: "" });
  const [more, ...lines] = io.out().trimEnd().split("\n");
  return { more, lines, words: lines.map((one) => one.split("\t")[0]), opened: replacements.opened };
}

const program = buildProgram(COMMAND_GROUPS, fakeIo(), async () => undefined);

test("every command is offered, and with it every option, straight from the definitions", async () => {
  const { words } = await ask("");
  expect(words).toEqual(expect.arrayContaining(program.commands.map((command) => command.name())));
  for (const command of program.commands) {
    const offered = (await ask(`${command.name()} --`)).words;
    expect(offered).toEqual(command.options.map(({ long }) => long));
    for (const alias of command.aliases()) expect((await ask(`${alias} --`)).words).toEqual(offered);
  }
});

test.each([
  ["cre", ["create"]],
  ["create --ty", ["--type"]],
  ["create --type ", [...CHECKPOINT_TYPES]],
  ["create --type=ph", ["--type=phase_complete"]],
  ["create --type = ph", ["phase_complete"]],
  ["create --type =", [...CHECKPOINT_TYPES]],
  ["list --phase ", [...PHASES]],
  ["list --type step --stage ", [...STAGES]],
  ["mark latest --success ", ["true", "false", "unknown"]],
  ["create --success f", ["false"]],
  ["run --on-failure ", ["rollback", "keep"]],
  ["completion ", ["bash", "zsh", "fish"]],
  ["--json sho", ["show"]],
  ["--dir create sho", ["show"]],
  ["undo x", []],
  ["nonsense ", []],
])("stepback %s", async (line, words) => {
  expect(await ask(line)).toMatchObject({ words, more: "none" });
});

test.each(["show ", "restore ", "pin latest ", "delete --yes ", "export -o x.tar ", "diff ", "diff latest ", "rollback "])(
  "%s offers checkpoints, the newest first, with what they are",
  async (line) => {
    const { lines, more } = await ask(line);
    expect(more).toBe("none");
    expect(lines).toEqual([
      "latest\tcheckpoint-20251020-143025-step02",
      "checkpoint-20251020-144500-backup\tbackup, 2025-10-20 14:45:00",
      "checkpoint-20251020-143025-step02\tstep 2 Create Proposal, 2025-10-20 14:30:25, two\\nlines",
    ]);
  },
);

test("a part of an id is enough when only one has it", async () => {
  expect((await ask("show step02")).words).toEqual(["checkpoint-20251020-143025-step02"]);
  expect((await ask("show 20251020")).words).toEqual([]);
});

test.each([
  ["import ", "files"],
  ["restore latest -- ", "files"],
  ["run -- ", "files"],
  ["export latest -o ", "files"],
  ["list --dir ", "folders"],
  ["--store ", "folders"],
])("for %s the shell adds %s", async (line, more) => {
  expect(await ask(line)).toMatchObject({ words: [], more });
});

test("the checkpoints are those of the directory that the line names", async () => {
  const { opened } = await ask("show --dir there --store s ");
  expect(opened).toMatchObject([["there", { storePath: "/home/ada/s" }]]);
});

test("they are those of the directory that the variables name where the line names none", async () => {
  const env = { STEPBACK_DIR: "elsewhere", STEPBACK_STORE: "s" };
  expect((await ask("show ", api(), env)).opened).toMatchObject([["elsewhere", { storePath: "/home/ada/s" }]]);
  expect((await ask("show --dir there ", api(), env)).opened).toMatchObject([["there", { storePath: "/home/ada/s" }]]);
});

test("what goes wrong is not shown", async () => {
  const failing = madeUpApi({
    list: async () => {
      throw new Error("broken");
    },
  });
  expect(await ask("show ", failing)).toMatchObject({ words: [], more: "none" });
});
