import type { Config } from "../formats/index.js";
import { normalizeChangesRoot } from "./changes-root.js";
import { byteSizeOf, durationDaysOf } from "./quantities.js";

/** The way to a value from the top of a configuration file. */
export type SettingPath = readonly (string | number)[];

/** What is wrong with a value; the path leads from the setting to the part that is wrong. */
export interface Fault {
  path: SettingPath;
  expected: string;
}

/** Takes one value over into the settings, or says what it must be. */
export type Setting = (config: Config, value: unknown) => Fault | null;

/** Every setting by its dotted key on disk. A key before a dot is a group. */
export const SETTINGS: ReadonlyMap<string, Setting> = new Map<string, Setting>([
  // Editors find the schema of a JSON file by this key.
  ["$schema", setting("a text", asText, () => undefined)],
  ["ignore", ignorePatterns],
  ["limits.max_entries", setting("a whole number from 1 on", asCount, (config, count) => (config.limits.maxEntries = count))],
  [
    "limits.max_total_bytes",
    setting("a size like 2G or 500 MiB, from 1 byte on", asSize, (config, bytes) => (config.limits.maxTotalBytes = bytes)),
  ],
  [
    "limits.max_file_bytes",
    setting("a size like 100 MiB, from 1 byte on, or null", orNull(asSize), (config, bytes) => (config.limits.maxFileBytes = bytes)),
  ],
  ["durability", setting("full or none", asDurability, (config, durability) => (config.durability = durability))],
  [
    "changes_root",
    setting("a relative path that does not climb with ..", asChangesRoot, (config, folder) => (config.changesRoot = folder)),
  ],
  ["retention.keep_last", setting("a whole number from 1 on", asCount, (config, count) => (config.retention.keepLast = count))],
  [
    "retention.keep_within",
    setting("a duration like 30d, 12h or 2w, or null", orNull(asDuration), (config, days) => (config.retention.keepWithinDays = days)),
  ],
]);

/** The keys that hold settings instead of being one. */
export const GROUPS: ReadonlySet<string> = new Set(
  [...SETTINGS.keys()].flatMap((key) => (key.includes(".") ? [key.slice(0, key.indexOf("."))] : [])),
);

function setting<Value>(
  expected: string,
  read: (value: unknown) => Value | undefined,
  assign: (config: Config, value: Value) => unknown,
): Setting {
  return (config, raw) => {
    const value = read(raw);
    if (value === undefined) return { path: [], expected };
    assign(config, value);
    return null;
  };
}

function ignorePatterns(config: Config, value: unknown): Fault | null {
  if (!Array.isArray(value)) return { path: [], expected: "a list of gitignore patterns" };
  const wrongAt = value.findIndex((pattern) => typeof pattern !== "string" || !/^[^\r\n]+$/.test(pattern));
  if (wrongAt >= 0) return { path: [wrongAt], expected: "one line of text, a gitignore pattern" };
  config.ignore = value as string[];
  return null;
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function asCount(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 1 ? (value as number) : undefined;
}

function asSize(value: unknown): number | undefined {
  return asCount(typeof value === "string" ? byteSizeOf(value) : value);
}

function asDuration(value: unknown): number | undefined {
  const days = typeof value === "string" ? durationDaysOf(value) : undefined;
  return days !== undefined && days > 0 ? days : undefined;
}

function asDurability(value: unknown): Config["durability"] | undefined {
  return value === "full" || value === "none" ? value : undefined;
}

function asChangesRoot(value: unknown): string | undefined {
  return typeof value === "string" ? normalizeChangesRoot(value) : undefined;
}

function orNull<Value>(read: (value: unknown) => Value | undefined): (value: unknown) => Value | null | undefined {
  return (value) => (value === null ? null : read(value));
}
