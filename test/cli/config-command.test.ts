import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/index.js";
import { folderWith } from "../config/config-folder.js";
import { fakeIo } from "./fake-io.js";

async function run(args: string[], parts: Parameters<typeof fakeIo>[0] = {}) {
  const cwd = parts.cwd ?? folderWith({});
  const io = fakeIo({ ...parts, cwd });
  const status = await runCli(args, io);
  return { status, out: io.out().replaceAll(cwd, "HERE"), err: io.err().replaceAll(cwd, "HERE") };
}

describe("config", () => {
  test("shows what holds, and why", async () => {
    const cwd = folderWith({ ".stepback.yaml": "ignore:\n  - node_modules/\n  - '*.log'\ntest_command: npm test\n" });
    const { status, out } = await run(["-c", "durability=none", "config", "--set", "limits.max_total_bytes=20 GiB"], {
      cwd,
      env: { STEPBACK_MAX_CHECKPOINTS: "null" },
    });
    expect(status).toBe(0);
    expect(out.replace(/^ {2}retention.*\n/gm, "").replace(/(\S) {2,}/g, "$1  ")).toMatchInlineSnapshot(`
      "Configuration file: HERE/.stepback.yaml

        ignore  node_modules/ | *.log  (HERE/.stepback.yaml:1; default none)
        limits.max_entries  200000  (default)
        limits.max_total_bytes  20G  (given in this call; default 10G)
        limits.max_file_bytes  null  (default)
        durability  none  (given in this call; default full)
        changes_root  openspec/changes  (default)
        auto_checkpoint  true  (default)
        interval_minutes  15  (default)
        max_checkpoints  null  (STEPBACK_MAX_CHECKPOINTS; default null)
        checkpoint_on  task_complete, sprint_complete, before_risky_operation, interval  (default)
        auto_clean  false  (default)
        test_command  npm test  (HERE/.stepback.yaml:4; default null)
        recovery.rules  []  (default)
        recovery.max_rollbacks  3  (default)
      "
    `);
  });

  test("one setting is its value alone, a group is its settings", async () => {
    expect(await run(["config", "changes_root"])).toEqual({ status: 0, out: "openspec/changes\n", err: "" });
    expect((await run(["config", "limits"])).out.match(/limits\./g)).toHaveLength(3);
  });

  test("--json has the values, their texts and origins", async () => {
    const { out } = await run(["config", "limits.max_total_bytes", "--json"], { env: { STEPBACK_LIMITS_MAX_TOTAL_BYTES: "2G" } });
    expect(JSON.parse(out)).toEqual({
      directory: "HERE",
      path: null,
      settings: [
        {
          key: "limits.max_total_bytes",
          value: 2 * 1024 ** 3,
          text: "2G",
          origin: { from: "environment", variable: "STEPBACK_LIMITS_MAX_TOTAL_BYTES" },
          variable: "STEPBACK_LIMITS_MAX_TOTAL_BYTES",
          default_text: "10G",
        },
      ],
      warnings: [],
    });
  });

  test("a misspelt variable is warned of", async () => {
    const { err } = await run(["config"], { env: { STEPBACK_DURABILTY: "none" } });
    expect(err).toBe("warning: STEPBACK_DURABILTY sets nothing; did you mean STEPBACK_DURABILITY?\n");
  });

  test.each<[string[], Record<string, string>, number, string]>([
    [["config", "speed"], {}, 2, "INVALID_ARGUMENT"],
    [["config", "-c", "speed=5"], {}, 2, "INVALID_ARGUMENT"],
    [["config", "-c", "durability"], {}, 2, "INVALID_ARGUMENT"],
    [["config"], { STEPBACK_DURABILITY: "fast" }, 16, "CONFIG_INVALID"],
    [["list"], { STEPBACK_DURABILITY: "fast" }, 16, "CONFIG_INVALID"],
    [["config"], { STEPBACK_WAIT: "a while" }, 16, "CONFIG_INVALID"],
    [["config"], { STEPBACK_DIR: ".", STEPBACK_CHANGE_ID: "x" }, 2, "USAGE"],
  ])("%j with %j exits with %i", async (args, env, expected, code) => {
    const { status, err } = await run([...args, "--json"], { env });
    expect({ status, code: (JSON.parse(err) as { error: { code: string } }).error.code }).toEqual({ status: expected, code });
  });
});

describe("variables for the place", () => {
  const places = () => folderWith({ "a/x": "", "b/y": "", "changes/c/z": "" });

  test.each<[string[], Record<string, string>, string]>([
    [[], { STEPBACK_DIR: "a" }, "a"],
    [["--dir", "b"], { STEPBACK_DIR: "a" }, "b"],
    [[], { STEPBACK_CHANGE_ID: "c", STEPBACK_CHANGES_ROOT: "changes" }, "changes/c"],
    [["--dir", "b"], { STEPBACK_CHANGE_ID: "c" }, "b"],
    [["--change-id", "c", "-c", "changes_root=changes"], { STEPBACK_DIR: "a" }, "changes/c"],
    [[], { STEPBACK_DIR: "" }, "."],
  ])("%j with %j works on %s", async (args, env, folder) => {
    const cwd = places();
    const { out } = await run(["config", "--json", ...args], { cwd, env });
    expect((JSON.parse(out) as { directory: string }).directory).toBe(join("HERE", folder).replace(/\/$/, ""));
  });

  test("STEPBACK_STORE is another place for the store", async () => {
    const cwd = places();
    const { out } = await run(["create", "--json", "--dir", "a", "-c", "durability=none"], { cwd, env: { STEPBACK_STORE: "elsewhere" } });
    expect((JSON.parse(out) as { stored_path: string }).stored_path).toContain("HERE/elsewhere/checkpoint-");
  });
});
