/**
 * The functions of the public API that commands start from, loaded with a command and not before. Imported by name, so that the
 * bundler takes along only what they need.
 */
export {
  findChangeOfCheckpoint,
  findWorkflows,
  initDirectory,
  loadConfig,
  openCheckpoints,
  resolveChangeDirectory,
  runWithoutCheckpoints,
  toJsonForm,
} from "../index.js";
