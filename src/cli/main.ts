import { openProcessIo } from "./process-io.js";
import { runCli } from "./run-cli.js";

// Stands until the command tells its own status: work that ends without an answer must not look like success.
process.exitCode = 1;
void main();

/** A function, because a top-level await cannot be bundled into the form that starts fastest. */
async function main(): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), openProcessIo());
}
