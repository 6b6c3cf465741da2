import { describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/index.js";
import { CHECKPOINT_TYPES, InvalidArgumentError, PHASES, STAGES } from "../../src/index.js";
import { fakeIo } from "./fake-io.js";
import { madeUpApi, madeUpCheckpoint } from "./made-up.js";

const COMMANDS =
  "create list show manifest delete restore undo history run pin unpin tag note mark status clean verify repair workflow resume workflows".split(
    " ",
  );

/** Runs a command line on a store that lists one checkpoint, and gives all that came of it. */
async function runLine(line: string) {
  const io = fakeIo();
  const api = madeUpApi({
    list: async () => ({ checkpoints: [madeUpCheckpoint()], warnings: ["the index was rebuilt"] }),
  });
  const status = await runCli(line === "" ? [] : line.split(" "), io, api);
  return { status, out: io.out(), err: io.err(), opened: api.opened };
}

describe("help and version", () => {
  test("stepback alone shows its help on stdout", async () => {
    const { status, out, err } = await runLine("");
    expect({ status, err }).toEqual({ status: 0, err: "" });
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^  ${command}[ |]`, "m"));
  });

  test.each(COMMANDS)("%s --help ends with examples that begin with it", async (command) => {
    const { status, out } = await runLine(`${command} --help`);
    expect(status).toBe(0);
    expect(out).toMatch(new RegExp(`Examples:\\n.*stepback ${command}`));
    expect(out).toContain("Global options:");
  });

  test.each(["ls", "rollback", "cleanup"])("%s is another name of a command", async (alias) => {
    const { status, out } = await runLine(`help ${alias}`);
    expect(status).toBe(0);
    expect(out).toContain(`|${alias} `);
  });

  test.each(["--version", "list --version"])("%s shows the version", async (line) => {
    expect(await runLine(line)).toMatchObject({ status: 0, out: "1.2.3\n", err: "" });
  });

  test("the words that help names are those that are allowed", async () => {
    const { out } = await runLine("create --help");
    const types = /Types: ([^.]+)\./.exec(out)?.[1]?.split(/,\s+/);
    expect(types).toEqual([...CHECKPOINT_TYPES]);
    const help = out.replace(/\s+/g, " ");
    expect(help).toContain(PHASES.slice(0, -1).join(", ") + ` or ${PHASES.at(-1)}`);
    expect(help).toContain(STAGES.slice(0, -1).join(", ") + ` or ${STAGES.at(-1)}`);
  });
});

describe("wrong usage exits with 2 and says what is meant", () => {
  test.each([
    ["lst", "unknown command 'lst'", "Did you mean"],
    ["--dir list lst", "unknown command 'lst'", "Did you mean"],
    ["list --jsn", "unknown option '--jsn'", "Did you mean --json?"],
    ["--dirr x list", "unknown option '--dirr'", "Did you mean --dir?"],
    ["list surplus", "too many arguments", "stepback list --help"],
    ["show", "missing required argument 'id'", "stepback show --help"],
    ["create --step", "argument missing", "stepback create --help"],
    ["list --limit 0", '--limit is "0"', "a whole number from 1 on"],
    ["list --limit 1e3", '--limit is "1e3"', "a whole number from 1 on"],
    ["list --step -1", '--step is "-1"', "a whole number from 0 on"],
    ["list --type manuel", '--type is "manuel"', "manual"],
    ["list --since yesterday", '--since is "yesterday"', "2d"],
    ["list --wait long", '--wait is "long"', "a duration"],
    ["list --dir a --change-id b", "--dir and --change-id", "one of them"],
    ["create --success maybe", '--success is "maybe"', "true, false"],
    ["create --meta novalue", '--meta is "novalue"', "KEY=VALUE"],
    ["create --phase build", '--phase is "build"', "implement"],
    ["create --stage end", '--stage is "end"', "validated"],
    ["clean five", '"five"', "a whole number from 0 on"],
    ["clean -5", '"-5"', "a whole number from 0 on"],
    ["clean --keep 1.5", '--keep is "1.5"', "a whole number"],
    ["clean 5 --keep 5", "given twice", "--keep N"],
    ["clean --older-than soon", '--older-than is "soon"', "30d"],
    ["mark latest", "required option '--success", "stepback mark --help"],
    ["note latest", "--clear", "stepback note"],
    ["note latest text --clear", "--clear", "stepback note"],
    ["manifest latest --sha256sums --json", "cannot be JSON", "--sha256sums"],
    ["restore latest --", "no path is named", "leave out --"],
    ["run", "missing required argument 'command'", "stepback run --help"],
    ["run --step 3 --", "missing required argument 'command'", "stepback run --help"],
    ["run --on-failure undo -- ls", '--on-failure is "undo"', "rollback, keep"],
    ["run --no-checkpoints --on-failure rollback -- ls", "nothing to roll back to", "--no-checkpoints"],
    ["run --json -- ls", "run has no --json", "stepback show"],
  ])("stepback %s", async (line, message, hint) => {
    const { status, out, err, opened } = await runLine(line);
    expect({ status, out, opened }).toEqual({ status: 2, out: "", opened: [] });
    const printed = line.includes("--json") ? JSON.stringify(JSON.parse(err)).replaceAll('\\"', '"') : err;
    expect(printed).toContain(message);
    expect(printed).toContain(hint);
  });

  test("text errors name stepback and give a hint on a line of its own", async () => {
    expect((await runLine("lst")).err).toBe("stepback: unknown command 'lst'\n  hint: Did you mean one of list, ls?\n");
  });

  test("with --json the error is one document on stderr", async () => {
    const { err, out } = await runLine("list --json --limit x");
    expect(out).toBe("");
    expect(JSON.parse(err)).toEqual({
      error: {
        code: "INVALID_ARGUMENT",
        message: expect.any(String) as unknown,
        hint: expect.any(String) as unknown,
        details: { name: "--limit", value: "x", expected: "a whole number from 1 on" },
      },
    });
  });
});

describe("global options", () => {
  test.each([
    "--dir there --store s --wait 30s list",
    "list --dir there --store s --wait 30s",
    "--dir here --store s list --dir there --wait 30s",
  ])("stepback %s", async (line) => {
    const { status, opened } = await runLine(line);
    expect(status).toBe(0);
    const options = {
      environment: {},
      settings: {},
      storePath: "/home/ada/s",
      lockWaitMs: 30_000,
      commandName: "stepback list",
      now: expect.any(Function) as unknown,
    };
    expect(opened).toEqual([["there", options]]);
  });

  test.each(["--json list", "list --json"])("%s prints one document, and its warnings only there", async (line) => {
    const { out, err } = await runLine(line);
    expect(err).toBe("");
    expect(JSON.parse(out)).toMatchObject({
      change_id: "my-feature",
      store_path: "/home/ada/.checkpoints",
      checkpoints: [{ checkpoint_id: "checkpoint-20251020-143025-step02", step_number: 2, git_commit: expect.any(String) as unknown }],
      warnings: ["the index was rebuilt"],
    });
  });

  test("warnings go to stderr, and nowhere with --quiet; the list itself is an answer and stays", async () => {
    expect((await runLine("list")).err).toBe("warning: the index was rebuilt\n");
    expect(await runLine("list -q")).toMatchObject({ err: "", out: expect.stringContaining("Available checkpoints") as unknown });
  });

  test("colours come only where they are wanted", async () => {
    const colored = fakeIo({ useColor: true });
    await runCli(["list"], colored, madeUpApi({ list: async () => ({ checkpoints: [madeUpCheckpoint()], warnings: [] }) }));
    expect(colored.out()).toContain("\u001b[");
    const plain = fakeIo({ useColor: true });
    await runCli(["--no-color", "list"], plain, madeUpApi({ list: async () => ({ checkpoints: [madeUpCheckpoint()], warnings: [] }) }));
    expect(plain.out()).not.toContain("\u001b[");
  });
});

describe("failures", () => {
  const failing = (error: unknown) =>
    madeUpApi({
      list: async () => {
        throw error;
      },
    });

  test("an expected one exits with its own status", async () => {
    const io = fakeIo();
    expect(await runCli(["list"], io, failing(new InvalidArgumentError("id", "\u001b[2J", "one")))).toBe(2);
    expect(io.err()).not.toContain("\u001b");
  });

  test("a fault of stepback exits with 1, shows its stack and asks for a report", async () => {
    const io = fakeIo();
    expect(await runCli(["list"], io, failing(new TypeError("broken")))).toBe(1);
    expect(io.err()).toContain("stepback: broken\n");
    expect(io.err()).toContain("run-cli.test.ts");
    expect(io.err()).toContain("Please report it");
  });

  test("a fault has a document, too", async () => {
    const io = fakeIo();
    expect(await runCli(["list", "--json"], io, failing(new TypeError("broken")))).toBe(1);
    expect(JSON.parse(io.err())).toMatchObject({
      error: { code: "FAULT", message: "broken", details: { stack: expect.any(String) as unknown } },
    });
  });
});
