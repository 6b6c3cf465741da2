import { spawn, type ChildProcessByStdio } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";

export interface CommandRequest {
  cwd: string;
  args: readonly string[];
}

/** What a command printed is cut off after some thousand characters. */
export interface CommandOutcome {
  status: number;
  out: string;
  err: string;
}

/** Longer than any of these commands takes on the slowest machine: only a hang is cut off. */
const HANG_MS = 60_000;

/** Runs command lines in a process of its own, which can be ended when it hangs; started on first use and after every end. */
export class CommandRunner {
  readonly #command: readonly string[];
  #process: { child: ChildProcessByStdio<Writable, Readable, Readable>; lines: AsyncIterator<string>; reader: Interface } | null = null;
  #printed = "";

  /** The tracer, if any, goes before node. */
  constructor(workerPath: string, tracer: readonly string[] = []) {
    this.#command = [...tracer, process.execPath, workerPath];
  }

  /** @throws Error when the command hangs, or takes the process with it */
  async run(request: CommandRequest): Promise<CommandOutcome> {
    const { child, lines } = (this.#process ??= this.#start());
    const watchdog = setTimeout(() => child.kill("SIGKILL"), HANG_MS);
    child.stdin.write(`${JSON.stringify(request)}\n`);
    try {
      const answer = await lines.next();
      if (answer.done !== true) return JSON.parse(answer.value) as CommandOutcome;
    } finally {
      clearTimeout(watchdog);
    }
    this.#process = null;
    throw new Error(`the command hung, or took its process with it: ${this.#printed.slice(-500)}`);
  }

  async end(): Promise<void> {
    if (this.#process === null) return;
    const { child } = this.#process;
    const closed = new Promise((resolve) => child.once("close", resolve));
    child.stdin.end();
    await closed;
    this.#process = null;
  }

  #start() {
    const [program = process.execPath, ...args] = this.#command;
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#printed = "";
    child.stderr.on("data", (chunk) => (this.#printed += String(chunk)));
    const reader = createInterface({ input: child.stdout });
    return { child, reader, lines: reader[Symbol.asyncIterator]() };
  }
}
