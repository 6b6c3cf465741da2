import { spawn } from "node:child_process";
import { constants } from "node:os";
import { hasCode } from "../errors/index.js";
import { EXIT } from "../errors/index.js";

/** How a child process ended. */
export interface ChildEnd {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  /** What a shell would report: the code, 128 + the signal's number, 126 or 127. */
  exitStatus: number;
  /** Why it could not be started; null when it was. */
  startFailure: string | null;
}

const FORWARDED: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];
/** The terminal sends these to the whole foreground group by itself; a second one would count as impatience. */
const FROM_TERMINAL: ReadonlySet<NodeJS.Signals> = new Set(["SIGINT", "SIGQUIT"]);

/** How a child is started. */
export interface ChildOptions {
  cwd: string;
  isShellText?: boolean;
  /** Added to the environment of this process. */
  env?: Readonly<Record<string, string>>;
  /** Where what it prints goes; `stderr` keeps stdout for a document of ours. */
  output?: "stdout" | "stderr";
}

/** Runs a program with the terminal passed through and waits for its end; signals to us are passed on and never end us first. */
export function runChild(command: readonly [string, ...string[]], options: ChildOptions): Promise<ChildEnd> {
  const [program, ...args] = command;
  return new Promise((resolve) => {
    const forward = (signal: NodeJS.Signals): void => {
      if (process.stdin.isTTY && FROM_TERMINAL.has(signal)) return;
      child.kill(signal);
    };
    // Before the child is there, which may at once provoke a signal that would end us.
    for (const signal of FORWARDED) process.on(signal, forward);
    const child = spawn(program, args, {
      cwd: options.cwd,
      stdio: ["inherit", options.output === "stderr" ? 2 : "inherit", "inherit"],
      shell: options.isShellText ?? false,
      ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
    });
    const settle = (end: ChildEnd): void => {
      for (const signal of FORWARDED) process.off(signal, forward);
      resolve(end);
    };
    child.once("error", (error) => {
      const exitStatus = hasCode(error, "ENOENT") ? EXIT.commandNotFound : EXIT.cannotExecute;
      settle({ exitCode: null, signal: null, exitStatus, startFailure: error.message });
    });
    child.once("exit", (exitCode, signal) => settle({ exitCode, signal, exitStatus: statusOf(exitCode, signal), startFailure: null }));
  });
}

function statusOf(exitCode: number | null, signal: NodeJS.Signals | null): number {
  if (exitCode !== null) return exitCode;
  return 128 + (signal === null ? 0 : constants.signals[signal]);
}

/** Tells whether a signal to end the work has come, and aborts what can be aborted; until it is released no signal ends us. */
export class SignalWatch {
  readonly #controller = new AbortController();
  readonly #receive = (signal: NodeJS.Signals): void => {
    this.received ??= signal;
    this.#controller.abort();
  };
  received: NodeJS.Signals | null = null;

  constructor() {
    for (const signal of FORWARDED) process.on(signal, this.#receive);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  release(): void {
    for (const signal of FORWARDED) process.off(signal, this.#receive);
  }
}

/** Lets no signal end us while something is brought to its end; gives the function that ends this. */
export function holdSignals(): () => void {
  const ignore = (): void => undefined;
  for (const signal of FORWARDED) process.on(signal, ignore);
  return () => {
    for (const signal of FORWARDED) process.off(signal, ignore);
  };
}
