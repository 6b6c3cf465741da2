/**
 * Api: what the public interface promises, wired to the rooms, one file per kind of work so that each call loads only what it needs.
 * Promises: opening reads nothing but the configuration; no method loads another one's code.
 * Must never: decide anything itself. No file here may `import()` another room's door: a bundler then keeps that room in one piece.
 */
export { findWorkflows, initDirectory, openCheckpoints, runWithoutCheckpoints } from "./open.js";
export type { Checkpoints, OpenOptions, TaskMethods, Workflows } from "./checkpoints.js";
export type { ProgressLog, Sessions } from "./sessions.js";
