import type { Config } from "../formats/index.js";

/** Gives the settings that hold where nothing says otherwise; every call gives a fresh object. */
export function defaultConfig(): Config {
  return {
    ignore: [],
    limits: { maxEntries: 200_000, maxTotalBytes: 10 * 1024 ** 3, maxFileBytes: null },
    durability: "full",
    changesRoot: "openspec/changes",
    autoCheckpoint: true,
    intervalMinutes: 15,
    maxCheckpoints: null,
    checkpointOn: ["task_complete", "sprint_complete", "before_risky_operation", "interval"],
    retention: {},
    autoClean: false,
    testCommand: null,
    recovery: { rules: [], maxRollbacks: 3 },
  };
}
