import { createInterface } from "node:readline";
import { fakeIo } from "../../cli/fake-io.js";
import { runCli } from "../../../src/cli/index.js";
import type { CommandOutcome, CommandRequest } from "./command-runner.js";

/** Runs command lines as they come on its input, one after the other, and prints what came of each: a hang is the caller's to end. */
for await (const line of createInterface({ input: process.stdin })) {
  const { cwd, args } = JSON.parse(line) as CommandRequest;
  const io = fakeIo({ cwd, now: () => new Date() });
  const status = await runCli(args, io);
  const outcome: CommandOutcome = { status, out: io.out().slice(0, 4000), err: io.err().slice(0, 4000) };
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
