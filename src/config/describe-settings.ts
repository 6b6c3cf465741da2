import type { Config } from "../formats/index.js";
import { defaultConfig } from "./default-config.js";
import type { LoadedConfig, SettingOrigin } from "./loaded-config.js";
import { nearestKey } from "./nearest-key.js";
import { SETTINGS } from "./settings.js";
import { VARIABLE_PREFIX, variableOf } from "./variable.js";

/** One setting as it holds. */
export interface SettingReport {
  key: string;
  /** The value in code: sizes in bytes, durations in days. */
  value: unknown;
  /** Its spelling, as the environment takes it. */
  text: string;
  origin: SettingOrigin;
  /** The environment variable that sets it. */
  variable: string;
  defaultText: string;
}

/** All settings that hold for a directory, and where they come from. */
export interface SettingsReport {
  /** The file that was read; null when there is none. */
  path: string | null;
  settings: SettingReport[];
  warnings: string[];
}

/** Settings that a library call gave as values. */
interface Given {
  config?: Partial<Config>;
  /** Other variables of stepback's that are no settings. */
  otherVariables: readonly string[];
  environment: Readonly<Record<string, string | undefined>>;
}

/** Tells of every setting what holds and why. */
export function describeSettings({ config, origins, path }: LoadedConfig, given: Given): SettingsReport {
  const defaults = defaultConfig();
  const settings = [...SETTINGS].map(([key, setting]): SettingReport => {
    const isGiven = given.config !== undefined && setting.field in given.config;
    const origin: SettingOrigin = isGiven ? { from: "option" } : (origins.get(key) ?? { from: "default" });
    return { key, ...setting.show(config), origin, variable: variableOf(key), defaultText: setting.show(defaults).text };
  });
  return { path, settings, warnings: warnOfVariables(given) };
}

/** Variables that look like settings and are none: misspelt, nothing else would tell. */
function warnOfVariables({ environment, otherVariables }: Given): string[] {
  const known = [...[...SETTINGS.keys()].map(variableOf), ...otherVariables];
  const names = Object.keys(environment).filter((name) => name.startsWith(VARIABLE_PREFIX) && environment[name] !== "");
  return names
    .filter((name) => !known.includes(name))
    .sort()
    .map((name) => `${name} sets nothing${suggestion(name, known)}`);
}

function suggestion(name: string, known: readonly string[]): string {
  const bare = (variable: string): string => variable.slice(VARIABLE_PREFIX.length);
  const nearest = nearestKey(bare(name), null, known.map(bare));
  return nearest === null ? "" : `; did you mean ${VARIABLE_PREFIX}${nearest}?`;
}

/** The value of one setting as a configuration file in YAML has it. @throws Error for a key that is none */
export function showSetting(config: Config, key: string): string {
  const setting = SETTINGS.get(key);
  if (setting === undefined) throw new Error(`there is no setting ${key}`);
  const { value, text } = setting.show(config);
  return Array.isArray(value) ? JSON.stringify(value) : text;
}
