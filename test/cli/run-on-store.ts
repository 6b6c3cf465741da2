import { runCli, type Io } from "../../src/cli/index.js";
import type { Checkpoints } from "../../src/index.js";
import { fakeIo } from "./fake-io.js";
import { madeUpApi } from "./made-up.js";

/** Runs a command line on a store with these methods, and gives all that came of it. */
export async function runOnStore(args: string[], methods: Partial<Checkpoints>, parts: Partial<Io> & { answers?: string[] } = {}) {
  const io = fakeIo(parts);
  const status = await runCli(args, io, madeUpApi(methods));
  return { status, out: io.out(), err: io.err(), questions: io.questions };
}
