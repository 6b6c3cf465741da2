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

/** Runs a program with the terminal passed through and waits for its end; signals to us are passed on and never end us first. */
export function runChild(command: readonly [string, ...string[]], options: { cwd: string; isShellText?: boolean }): Promise<ChildEnd> {
  const [program, ...args] = command;
  return new Promise((resolve) => {
    const forward = (signal: NodeJS.Signals): void => {
      if (process.stdin.isTTY && FROM_TERMINAL.has(signal)) return;
      child.kill(signal);
    };
    // Before the child is there, which may at once provoke a signal that would end us.
    for (const signal of FORWARDED) process.on(signal, forward);
    const child = spawn(program, args, { cwd: options.cwd, stdio: "inherit", shell: options.isShellText ?? false });
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

/** Lets no signal end us while something is brought to its end; gives the function that ends this. */
export function holdSignals(): () => void {
  const ignore = (): void => undefined;
  for (const signal of FORWARDED) process.on(signal, ignore);
  return () => {
    for (const signal of FORWARDED) process.off(signal, ignore);
  };
}
