/**
 * Configuration: the settings of a call, the environment and the nearest file, sizes and durations, and which directory a call means.
 * Promises: a wrong key, type or value is an error with its position or variable and the nearest right key; what is not set is the
 * default; where nothing is set a load costs a few lstat calls and no parser.
 * Must never: write, keep a file of one call for the next, or let a setting lead out of the folders it names.
 */
export { defaultConfig } from "./default-config.js";
export { loadConfig } from "./load-config.js";
export type { ConfigSources, LoadedConfig, SettingOrigin } from "./loaded-config.js";
export { describeSettings, showSetting, type SettingReport, type SettingsReport } from "./describe-settings.js";
export { describeValue, isMapping, shorten, type Mapping } from "./describe-value.js";
export { nearestKey } from "./nearest-key.js";
export { parseMarkedText } from "./parse-marked-text.js";
export { parseByteSize, parseCalendarPeriod, parseDuration } from "./quantities.js";
export { resolveChangeDirectory, type DirectoryRequest } from "./resolve-directory.js";
export { findChangeOfCheckpoint } from "./find-change.js";
