import type { Config } from "../formats/index.js";
import { defaultConfig } from "./default-config.js";
import { describeValue, isMapping, shorten } from "./describe-value.js";
import { nearestKey } from "./nearest-key.js";
import type { SettingPath } from "./setting-kinds.js";
import { GROUPS, SETTINGS } from "./settings.js";

/** Editors find the schema of a JSON file by this key. */
const SCHEMA_KEY = "$schema";

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  path: SettingPath;
  /** Which part of the entry is wrong, and is to be pointed at. */
  at: "key" | "value";
  message: string;
  /** The dotted right key that was most likely meant. */
  didYouMean: string | null;
}

/** A configuration file's content, judged. */
interface CheckedConfig {
  config: Config;
  /** The dotted keys that it sets, with where they stand. */
  given: Map<string, SettingPath>;
  problems: ConfigProblem[];
}

/** Turns a parsed configuration file into settings; a file without content is all defaults. */
export function checkConfig(parsed: unknown): CheckedConfig {
  const checked: CheckedConfig = { config: defaultConfig(), given: new Map(), problems: [] };
  if (parsed !== undefined) checked.problems = checkGroup(checked, null, parsed);
  return checked;
}

/** What is wrong with a value, as one sentence; the name stands before it. */
export function describeFault(name: string, expected: string, value: unknown): string {
  return `${name} must be ${expected}, but is ${describeValue(value)}`;
}

/** Gives the spelling of a path in messages: `limits.max_entries`, `ignore[2]`. */
export function showPath(path: SettingPath): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}

function checkGroup(checked: CheckedConfig, group: string | null, value: unknown): ConfigProblem[] {
  const path = group === null ? [] : [group];
  if (!isMapping(value)) return [wrongValue(path, "a map of settings", value)];
  return Object.entries(value).flatMap(([key, member]) => {
    const memberPath = [...path, key];
    if (group === null && key === SCHEMA_KEY) return typeof member === "string" ? [] : [wrongValue(memberPath, "a text", member)];
    if (group === null && GROUPS.has(key)) return checkGroup(checked, key, member);
    // A key typed with a dot in it must not pass for a setting of a group.
    const dotted = memberPath.join(".");
    const setting = key.includes(".") ? undefined : SETTINGS.get(dotted);
    if (setting === undefined) return [unknownKey(memberPath, group, key)];
    checked.given.set(dotted, memberPath);
    const fault = setting.apply(checked.config, member);
    return fault === null ? [] : [wrongValue([...memberPath, ...fault.path], fault.expected, valueAt(member, fault.path))];
  });
}

function unknownKey(path: SettingPath, group: string | null, key: string): ConfigProblem {
  const didYouMean = nearestKey(key, group, [...SETTINGS.keys(), ...GROUPS]);
  const where = group === null ? "" : ` in \`${group}\``;
  return { path, at: "key", message: `unknown key \`${shorten(key)}\`${where}${suggestion(didYouMean, group)}`, didYouMean };
}

function suggestion(didYouMean: string | null, group: string | null): string {
  if (didYouMean === null) {
    const known = [...SETTINGS.keys(), ...GROUPS];
    const siblings = group === null ? known.filter((key) => !key.includes(".")) : known.filter((key) => key.startsWith(`${group}.`));
    return `; the keys here are ${siblings.map((key) => key.slice(key.indexOf(".") + 1)).join(", ")}`;
  }
  const dot = didYouMean.indexOf(".");
  const rightGroup = dot < 0 ? null : didYouMean.slice(0, dot);
  const place = rightGroup === group ? "" : rightGroup === null ? " at the top level" : ` inside \`${rightGroup}\``;
  return `; did you mean \`${didYouMean.slice(dot + 1)}\`${place}?`;
}

function wrongValue(path: SettingPath, expected: string, value: unknown): ConfigProblem {
  const name = path.length === 0 ? "the configuration" : `\`${showPath(path)}\``;
  return { path, at: "value", message: describeFault(name, expected, value), didYouMean: null };
}

function valueAt(value: unknown, path: SettingPath): unknown {
  return path.reduce((current, part) => (current as Record<string | number, unknown> | undefined)?.[part], value);
}
