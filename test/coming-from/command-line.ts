import { runCli, type Io } from "../../src/cli/index.js";
import { fakeIo } from "../cli/fake-io.js";

/** Runs a command line, parted at its spaces where it is one text, in a directory on real files. */
export async function stepback(directory: string, line: string | readonly string[], parts: Partial<Io> & { answers?: string[] } = {}) {
  const io = fakeIo({ cwd: directory, env: { STEPBACK_DURABILITY: "none" }, now: () => new Date(), ...parts });
  const status = await runCli(typeof line === "string" ? line.split(" ") : [...line], io);
  return { status, out: io.out(), err: io.err(), questions: io.questions };
}

/** The one document that `--json` prints. */
export async function stepbackJson(directory: string, line: string | readonly string[], parts: Partial<Io> = {}): Promise<unknown> {
  const ran = await stepback(directory, [...(typeof line === "string" ? line.split(" ") : line), "--json"], parts);
  if (ran.status !== 0) throw new Error(`exit status ${ran.status}: ${ran.err}`);
  return JSON.parse(ran.out);
}

/** A clock that stands still. */
export function at(moment: string): { now: () => Date } {
  return { now: () => new Date(moment) };
}
