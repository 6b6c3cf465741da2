/**
 * Configuration: the settings of a folder and its parents, the texts for sizes and durations, and which directory a call means.
 * Promises: a wrong key, type or value is an error with its position and the nearest right key; what is not set is the default;
 * without a configuration file a load costs a few lstat calls and no parser.
 * Must never: write, keep a file of one call for the next, or let a setting lead out of the folders it names.
 */
export { defaultConfig } from "./default-config.js";
export { loadConfig, type LoadedConfig } from "./load-config.js";
export { parseByteSize, parseDuration } from "./quantities.js";
export { resolveChangeDirectory, type DirectoryRequest } from "./resolve-directory.js";
export { findChangeOfCheckpoint } from "./find-change.js";
