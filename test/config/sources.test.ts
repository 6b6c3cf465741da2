import fc from "fast-check";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { defaultConfig, loadConfig } from "../../src/config/index.js";
import { SETTINGS } from "../../src/config/settings.js";
import { variableOf } from "../../src/config/variable.js";
import { openCheckpoints, type Config } from "../../src/index.js";
import { tempChange } from "../support/temp-change.js";
import { configErrorOf, folderWith } from "./config-folder.js";

/** For every setting a text that is not the default, and what it means. */
const TEXTS: Record<string, { text: string; config: Partial<{ [Key in keyof Config]: Partial<Config[Key]> }> }> = {
  ignore: { text: "*.log\n!keep, this.log", config: { ignore: ["*.log", "!keep, this.log"] } },
  "limits.max_entries": { text: "5000", config: { limits: { maxEntries: 5000 } } },
  "limits.max_total_bytes": { text: "2G", config: { limits: { maxTotalBytes: 2 * 1024 ** 3 } } },
  "limits.max_file_bytes": { text: "1500", config: { limits: { maxFileBytes: 1500 } } },
  durability: { text: "none", config: { durability: "none" } },
  changes_root: { text: "specs/changes", config: { changesRoot: "specs/changes" } },
  auto_checkpoint: { text: "false", config: { autoCheckpoint: false } },
  interval_minutes: { text: "5", config: { intervalMinutes: 5 } },
  max_checkpoints: { text: "unlimited", config: { maxCheckpoints: -1 } },
  checkpoint_on: { text: "interval, task_complete", config: { checkpointOn: ["interval", "task_complete"] } },
  "retention.keep_last": { text: "3", config: { retention: { keepLast: 3 } } },
  "retention.keep_yearly": { text: "unlimited", config: { retention: { keepYearly: -1 } } },
  "retention.keep_within": { text: "1y5m7d2h", config: { retention: { keepWithin: { years: 1, months: 5, days: 7, hours: 2 } } } },
  "retention.keep_within_daily": { text: "14d", config: { retention: { keepWithinDaily: { days: 14 } } } },
  "retention.keep_tags": { text: "release\na,b", config: { retention: { keepTags: [["release"], ["a", "b"]] } } },
  "retention.older_than": { text: "1d12h", config: { retention: { olderThanDays: 1.5 } } },
  "retention.max_size": { text: "2G", config: { retention: { maxBytes: 2 * 1024 ** 3 } } },
  auto_clean: { text: "true", config: { autoClean: true } },
  test_command: { text: "npm test -- --run", config: { testCommand: "npm test -- --run" } },
  "recovery.rules": {
    text: '[{"code":"7","match":"x*","error":"other"}]',
    config: { recovery: { rules: [{ code: "7", match: "x*", error: "other" }] } },
  },
  "recovery.max_rollbacks": { text: "1", config: { recovery: { maxRollbacks: 1 } } },
};

describe("every setting", () => {
  test.each(Object.entries(TEXTS))("%s can be given in the environment and in the call", async (key, { text, config }) => {
    const folder = folderWith({});
    const variable = variableOf(key);
    const fromEnvironment = await loadConfig(folder, { environment: { [variable]: text } });
    expect(fromEnvironment.config).toMatchObject(config);
    expect(fromEnvironment.config).not.toEqual(defaultConfig());
    expect([...fromEnvironment.origins]).toEqual([[key, { from: "environment", variable }]]);
    const given = await loadConfig(folder, { settings: { [key]: text }, environment: {} });
    expect(given.config).toEqual(fromEnvironment.config);
    expect([...given.origins]).toEqual([[key, { from: "option" }]]);
  });

  test.each(Object.entries(TEXTS))("%s is shown with the spelling that it can be given in", async (key, { text }) => {
    const { config } = await loadConfig(folderWith({}), { settings: { [key]: text }, environment: {} });
    expect(SETTINGS.get(key)?.show(config).text).toBe(text);
  });

  test("is in the list above", () => {
    const unlisted = [...SETTINGS.keys()].filter((key) => !(key in TEXTS) && !key.startsWith("retention."));
    expect(unlisted).toEqual([]);
  });

  test("sizes and durations are spelled exactly", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 45 }), fc.integer({ min: 1, max: 10 ** 9 }), async (bytes, seconds) => {
        const settings = { "limits.max_total_bytes": String(bytes), "retention.older_than": `${seconds}s` };
        const { config } = await loadConfig("/", { settings, environment: {} });
        const spelled = Object.fromEntries(Object.keys(settings).map((key) => [key, SETTINGS.get(key)?.show(config).text ?? ""]));
        expect((await loadConfig("/", { settings: spelled, environment: {} })).config).toEqual(config);
      }),
    );
  });
});

describe("who wins", () => {
  const yaml = "# ours\ndurability: none\nretention:\n  keep_last: 3\n  older_than: 30d\n";

  test("the call, then the environment, then the file, then the default", async () => {
    const folder = folderWith({ ".stepback.yaml": yaml });
    const environment = { STEPBACK_RETENTION_KEEP_LAST: "4", STEPBACK_DURABILITY: "full", OTHER: "x" };
    const { config, origins } = await loadConfig(folder, { environment, settings: { durability: "none" } });
    expect(config).toEqual({ ...defaultConfig(), durability: "none", retention: { keepLast: 4, olderThanDays: 30 } });
    expect(Object.fromEntries(origins)).toEqual({
      durability: { from: "option" },
      "retention.keep_last": { from: "environment", variable: "STEPBACK_RETENTION_KEEP_LAST" },
      "retention.older_than": { from: "file", path: join(folder, ".stepback.yaml"), line: 5 },
    });
  });

  test("an empty variable sets nothing", async () => {
    const folder = folderWith({ ".stepback.yaml": yaml });
    expect((await loadConfig(folder, { environment: { STEPBACK_DURABILITY: "" } })).config.durability).toBe("none");
  });

  test("values given in code win over texts, and all of it reaches the engine", async () => {
    const change = await tempChange({ "a.txt": "1", "b.txt": "2", ".stepback.yaml": "limits: { max_entries: 4 }\nignore: ['c.*']\n" });
    const open = (options: Parameters<typeof openCheckpoints>[1]) => openCheckpoints(change.directory, options);
    const tooSmall = await open({ environment: { STEPBACK_LIMITS_MAX_ENTRIES: "2", STEPBACK_DURABILITY: "none" } });
    await expect(tooSmall.create()).rejects.toMatchObject({ code: "TREE_TOO_LARGE" });
    const ignoring = await open({ settings: { ignore: "a.*" }, environment: {}, config: { durability: "none" } });
    expect((await ignoring.create()).files).toEqual([".stepback.yaml", "b.txt"]);
    const { settings } = await ignoring.settings();
    const origins = settings.filter(({ origin }) => origin.from !== "default").map(({ key, origin }) => [key, origin.from]);
    expect(origins).toEqual([
      ["ignore", "option"],
      ["limits.max_entries", "file"],
      ["durability", "option"],
    ]);
    expect(ignoring.config).toMatchObject({ ignore: ["a.*"], durability: "none", limits: { maxEntries: 4 } });
  });
});

describe("what is wrong", () => {
  test.each([
    ["STEPBACK_DURABILITY", "fast", 'its value must be full or none, but is "fast"'],
    ["STEPBACK_LIMITS_MAX_ENTRIES", "5k", 'its value must be a whole number from 1 on, but is "5k"'],
    ["STEPBACK_LIMITS_MAX_FILE_BYTES", "none", "or null"],
    ["STEPBACK_AUTO_CHECKPOINT", "yes", "true or false"],
    ["STEPBACK_CHECKPOINT_ON", "interval,always", "its [1] must be one of task_complete"],
    ["STEPBACK_RECOVERY_RULES", "[{]", "a list of rules"],
    ["STEPBACK_RECOVERY_RULES", '[{"code":"x","error":"mine"}]', "its [0].error must be implementation, validation or other"],
    ["STEPBACK_INTERVAL_MINUTES", "99999999999999999999", "a whole number from 1 to 10080"],
  ])("%s=%s is an error that names the variable", async (variable, text, message) => {
    const error = await configErrorOf(loadConfig(folderWith({}), { environment: { [variable]: text } }));
    expect(error.message).toMatch(`${variable}: `);
    expect(error.message).toContain(message);
    expect(error.details).toEqual({ variable });
  });

  test.each([
    ["limits.max_entrees", "5", "did you mean limits.max_entries?"],
    ["max_entries", "5", "did you mean limits.max_entries?"],
    ["speed", "5", "one of ignore, "],
    ["durability", "fast", "full or none"],
    ["recovery.rules", '[{"code":"x"}]', "recovery.rules[0].error"],
  ])("%s=%s in the call is a wrong argument", async (key, text, message) => {
    const loading = loadConfig(folderWith({}), { settings: { [key]: text }, environment: {} });
    await expect(loading).rejects.toMatchObject({ code: "INVALID_ARGUMENT", exitStatus: 2 });
    await expect(loading).rejects.toThrow(message);
  });

  test("a variable that sets nothing is told, with the one that was most likely meant", async () => {
    const { directory } = await tempChange();
    const environment = { STEPBACK_DURABILTY: "none", STEPBACK_MAX_ENTRIES: "5", STEPBACK_ZZZ: "1", STEPBACK_DIR: "x", STEPBACK_EMPTY: "" };
    const { warnings } = await (await openCheckpoints(directory, { environment })).settings();
    expect(warnings).toEqual([
      "STEPBACK_DURABILTY sets nothing; did you mean STEPBACK_DURABILITY?",
      "STEPBACK_MAX_ENTRIES sets nothing",
      "STEPBACK_ZZZ sets nothing",
    ]);
  });
});
