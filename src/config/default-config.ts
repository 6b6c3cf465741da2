import type { Config } from "../formats/index.js";

/** Gives the settings that hold where no file says otherwise; every call gives a fresh object. */
export function defaultConfig(): Config {
  return {
    ignore: [],
    limits: { maxEntries: 200_000, maxTotalBytes: 10 * 1024 ** 3, maxFileBytes: null },
    durability: "full",
    changesRoot: "openspec/changes",
    retention: { keepLast: 10, keepWithinDays: null },
  };
}
