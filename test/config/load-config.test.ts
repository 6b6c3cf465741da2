import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { asOrdinaryUser } from "../support/requirements.js";
import { describe, expect, test } from "vitest";
import { defaultConfig, loadConfig } from "../../src/config/index.js";
import { configErrorOf, folderWith } from "./config-folder.js";

const loadYaml = (yaml: string) => loadConfig(folderWith({ ".stepback.yaml": yaml }));
const loadJson = (json: string) => loadConfig(folderWith({ ".stepback.json": json }));

describe("finding the file", () => {
  test("without a file everything is the default", async () => {
    const { config, path } = await loadConfig(folderWith({}));
    expect({ config, path }).toEqual({ config: defaultConfig(), path: null });
  });

  test.each([".stepback.yaml", ".stepback.yml", ".stepback.json"])("reads %s", async (name) => {
    const folder = folderWith({ [name]: '{ "durability": "none" }' });
    const { config, path } = await loadConfig(folder);
    expect(config).toEqual({ ...defaultConfig(), durability: "none" });
    expect(path).toBe(join(folder, name));
  });

  test("the nearest file holds, and holds alone", async () => {
    const folder = folderWith({
      ".stepback.yaml": "durability: none\nretention: { keep_last: 3 }\n",
      "a/.stepback.json": '{ "retention": { "keep_last": 7 } }',
      "a/b/c/": "",
      "other/": "",
    });
    const near = await loadConfig(join(folder, "a/b/c"));
    expect(near.config).toMatchObject({ durability: "full", retention: { keepLast: 7 } });
    expect((await loadConfig(join(folder, "other"))).config.retention.keepLast).toBe(3);
  });

  test("two files in one folder are refused, and both are named", async () => {
    const folder = folderWith({ ".stepback.yaml": "", ".stepback.json": "" });
    const error = await configErrorOf(loadConfig(folder));
    expect(error.exitStatus).toBe(16);
    expect(error.message).toContain(".stepback.yaml");
    expect(error.message).toContain(".stepback.json");
    expect(error.details["paths"]).toEqual([join(folder, ".stepback.yaml"), join(folder, ".stepback.json")]);
  });

  test("what bears the name but cannot be read is an error, never a silent default", async () => {
    const folder = folderWith({ "d/.stepback.yaml/": "", "link/": "", "big/.stepback.yaml": `# ${"x".repeat(1024 * 1024)}` });
    symlinkSync("nowhere", join(folder, "link/.stepback.yaml"));
    for (const name of ["d", "link", "big"]) expect((await configErrorOf(loadConfig(join(folder, name)))).code).toBe("CONFIG_INVALID");
  });

  test("a file without read permission is an error", async () => {
    const folder = folderWith({ ".stepback.yaml": "durability: none\n" });
    chmodSync(join(folder, ".stepback.yaml"), 0);
    chmodSync(folder, 0o755);
    const error = await asOrdinaryUser(() => configErrorOf(loadConfig(folder)));
    expect(error.details["system_code"]).toBe("EACCES");
  });

  test("a path that is a file takes the settings of its folder", async () => {
    const folder = folderWith({ ".stepback.yaml": "durability: none\n", file: "" });
    expect((await loadConfig(join(folder, "file"))).config.durability).toBe("none");
  });

  test("a directory that does not exist yet takes the settings of its parents", async () => {
    const folder = folderWith({ ".stepback.yaml": "durability: none\n" });
    expect((await loadConfig(join(folder, "not/yet"))).config.durability).toBe("none");
    mkdirSync(join(folder, "not"));
    expect((await loadConfig(join(folder, "not/yet"))).config.durability).toBe("none");
  });
});

describe("reading the settings", () => {
  test("all of them", async () => {
    const { config } = await loadYaml(`
ignore: [node_modules/, "*.log", "!keep.log"]
limits:
  max_entries: 1000
  max_total_bytes: 2G
  max_file_bytes: 100 MiB
durability: none
changes_root: ./specs//changes/
auto_checkpoint: false
interval_minutes: 5
max_checkpoints: 80
auto_clean: true
checkpoint_on: [interval, task_complete]
retention: { keep_last: 5, older_than: 1d12h, keep_within: 1y2m, keep_tags: [release, "a, b"], keep_daily: unlimited, max_size: 2K }
test_command: npm test
recovery:
  rules:
    - { match: assert*failed, error: validation }
    - { code: 2, error: implementation }
  max_rollbacks: 1
`);
    expect(config).toEqual({
      ignore: ["node_modules/", "*.log", "!keep.log"],
      limits: { maxEntries: 1000, maxTotalBytes: 2 * 1024 ** 3, maxFileBytes: 100 * 1024 ** 2 },
      durability: "none",
      changesRoot: "specs/changes",
      autoCheckpoint: false,
      intervalMinutes: 5,
      maxCheckpoints: 80,
      checkpointOn: ["interval", "task_complete"],
      retention: {
        keepLast: 5,
        olderThanDays: 1.5,
        keepWithin: { years: 1, months: 2 },
        keepTags: [["release"], ["a", "b"]],
        keepDaily: -1,
        maxBytes: 2048,
      },
      autoClean: true,
      testCommand: "npm test",
      recovery: {
        rules: [
          { code: null, match: "assert*failed", error: "validation" },
          { code: "2", match: null, error: "implementation" },
        ],
        maxRollbacks: 1,
      },
    });
  });

  test.each(["", "  \n", "# all of it is a comment\n", "---\n# nothing\n", "\uFEFF", "{}"])("%j is all defaults", async (text) => {
    expect((await loadYaml(text)).config).toEqual(defaultConfig());
  });

  test("an empty JSON file is all defaults", async () => {
    expect((await loadJson("\n")).config).toEqual(defaultConfig());
  });

  test("a byte order mark, carriage returns and tabs make no difference", async () => {
    expect((await loadYaml("\uFEFFdurability: none\r\nretention:\r\n  keep_last: 4\r\n")).config).toMatchObject({
      durability: "none",
      retention: { keepLast: 4 },
    });
    expect((await loadJson('\uFEFF{\r\n\t"limits": {\t"max_entries":\t9 }\r\n}')).config.limits.maxEntries).toBe(9);
  });

  test("the defaults of one load are not those of the next", async () => {
    (await loadConfig(folderWith({}))).config.ignore.push("mine");
    expect((await loadConfig(folderWith({}))).config.ignore).toEqual([]);
  });
});

describe("what is wrong is named with its place", () => {
  test.each([
    ["limits:\n  max_entrie: 5\n", "2:3: unknown key `max_entrie` in `limits`; did you mean `max_entries`?", "limits.max_entries"],
    ["limits:\n  maxEntries: 5\n", "2:3: unknown key `maxEntries` in `limits`; did you mean `max_entries`?", "limits.max_entries"],
    ["max_entries: 5\n", "1:1: unknown key `max_entries`; did you mean `max_entries` inside `limits`?", "limits.max_entries"],
    ["limits.max_entries: 5\n", "1:1: unknown key `limits.max_entries`; did you mean `max_entries` inside `limits`?", "limits.max_entries"],
    ["limits: { ignore: [] }\n", "1:11: unknown key `ignore` in `limits`; did you mean `ignore` at the top level?", "ignore"],
    ["retentoin: {}\n", "1:1: unknown key `retentoin`; did you mean `retention`?", "retention"],
    ["ignored: []\n", "1:1: unknown key `ignored`; did you mean `ignore`?", "ignore"],
    ["retention: { younger: 3d }\n", "1:14: unknown key `younger` in `retention`; the keys here are keep_last, keep_hourly", null],
    ["__proto__: { durability: none }\n", "1:1: unknown key `__proto__`; the keys here are", null],
    ["constructor: 1\n", "1:1: unknown key `constructor`; the keys here are", null],
    ["durability: fast\n", '1:13: `durability` must be full or none, but is "fast"', null],
    ["limits:\n", "1:1: `limits` must be a map of settings, but is empty", null],
    ["limits: 5\n", "1:9: `limits` must be a map of settings, but is 5", null],
    ["limits: !!set { a }\n", "1:15: `limits` must be a map of settings, but is a value of another kind", null],
    ["- a\n", "1:1: the configuration must be a map of settings, but is a list", null],
    ["ignore: '*.log'\n", '1:9: `ignore` must be a list of gitignore patterns, but is "*.log"', null],
    ["ignore:\n  - a\n  - 5\n", "3:5: `ignore[1]` must be one line of text, a gitignore pattern, but is 5", null],
    [
      "limits:\n  max_total_bytes: 2 GX\n",
      '2:20: `limits.max_total_bytes` must be a size like 2G or 500 MiB, from 1 byte on, but is "2 GX"',
      null,
    ],
    [
      "retention: { keep_within: 30 }\n",
      "1:27: `retention.keep_within` must be a period like 7d or 1y5m7d2h (m is for months), or null, but is 30",
      null,
    ],
  ])("%j", async (yaml, message, didYouMean) => {
    const error = await configErrorOf(loadYaml(yaml));
    expect(error.message.slice(String(error.details["path"]).length + 1)).toContain(message);
    expect(error.details["problems"]).toMatchObject([{ did_you_mean: didYouMean }]);
  });

  test.each([
    ['{\n  "limits": {\n    "max_entrie": 5\n  }\n}', 3, 5],
    ['{\n  "durability": "fast"\n}', 2, 17],
    ['{\n  "durability": "none",\n  "durability": "full"\n}', 3, 3],
    ['{\n  "durability": "none",\n}', 3, 1],
    ["durability: none\n", null, null], // The platform's parser tells no position for this one.
  ])("in JSON too: %j", async (json, line, column) => {
    const error = await configErrorOf(loadJson(json));
    expect(error.details["problems"]).toMatchObject([{ line, column }]);
  });

  test("all problems are listed, the first in the message", async () => {
    const error = await configErrorOf(loadYaml("durabilty: none\nretention:\n  keep_last: 0\n  keep: 3\n"));
    expect(error.message).toContain("(and 2 more problems)");
    expect(error.details["problems"]).toMatchObject([
      { key: "durabilty", line: 1, column: 1, did_you_mean: "durability" },
      { key: "retention.keep_last", line: 3, column: 14, did_you_mean: null },
      { key: "retention.keep", line: 4, column: 3 },
    ]);
  });

  test.each([
    ["ignore:\n  - *.log\n", 2, 5],
    ["ignore:\n  - !keep.log\n", 2, 5],
    ["ignore:\n  - [ab].log\n", 2, 9],
    ["ignore: [*.log]\n", 1, 10],
  ])("a bare pattern that YAML takes for something else is refused with advice: %j", async (yaml, line, column) => {
    const error = await configErrorOf(loadYaml(yaml));
    expect(error.message).toContain("put quotes around");
    expect(error.details["problems"]).toMatchObject([{ line, column }]);
  });

  test.each([
    ["a key that stands twice", "durability: none\ndurability: full\n", 2],
    ["a second document", "durability: none\n---\ndurability: full\n", 2],
    ["wrong indentation", "limits:\n  max_entries: 5\n max_file_bytes: 3\n", 3],
    ["an unclosed text", 'changes_root: "open\n', 2],
    ["an alias bomb", `a: &a [x]\nb: &b [${"*a,".repeat(50)}]\nc: [${"*b,".repeat(50)}]\n`, 2],
    ["an alias of itself", "ignore: &a [*a]\n", 1],
  ])("%s is refused", async (_, yaml, line) => {
    const error = await configErrorOf(loadYaml(yaml));
    expect(error.message).not.toContain("put quotes around");
    expect(error.details["problems"]).toMatchObject([{ line }]);
  });

  test("bytes that are no UTF-8 are refused", async () => {
    const error = await configErrorOf(loadConfig(folderWith({ ".stepback.yaml": Uint8Array.of(0x61, 0xff, 0xfe) })));
    expect(error.message).toContain("UTF-8");
  });
});
