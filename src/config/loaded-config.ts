import type { Config } from "../formats/index.js";

/** What can set settings besides a file. */
export interface ConfigSources {
  /** Texts by dotted key, spelled as in the environment; they win over everything. */
  settings?: Readonly<Record<string, string>>;
  /** Where the `STEPBACK_…` variables are; `process.env` by default. */
  environment?: Readonly<Record<string, string | undefined>>;
}

/** Where the value of a setting comes from. */
export type SettingOrigin =
  | { from: "default" }
  | { from: "file"; path: string; line: number | null }
  | { from: "environment"; variable: string }
  /** Given in the call, or on the command line. */
  | { from: "option" };

/** The settings that hold for a directory. */
export interface LoadedConfig {
  config: Config;
  /** The file that was read; null when there is none. */
  path: string | null;
  /** By dotted key; what is not here is the default. */
  origins: ReadonlyMap<string, SettingOrigin>;
}
