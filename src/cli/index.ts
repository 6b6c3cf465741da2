/**
 * The command line: flags in, public API, printed result out; text and JSON show the same data.
 * Promises: stdout holds the answer only (one document with --json), everything else goes to stderr; without a terminal
 * nothing asks; every failure has an exit status of docs/cli.md; text from disk cannot steer the terminal.
 * Must never: touch a store or a change directory except through the public API, or use process.* in a command.
 */
export { runCli, type Api } from "./run-cli.js";
export type { Io } from "./io.js";
