import { fstatSync, readFileSync, statSync, type Stats } from "node:fs";
import { devNull } from "node:os";
import { SignalReceived, type Io } from "./io.js";
import { StandardOutput } from "./standard-output.js";

const EXIT_STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Connects the command line to its process.
 *
 * The first SIGINT or SIGTERM aborts `Io.signal`, the second one exits at once: the journal makes that harmless. Whatever is not
 * asked for is not loaded: Node's own streams would cost `list` a twentieth of its start-up.
 */
export function openProcessIo(): Io {
  const { signal, handOverSignals } = turnSignalsIntoAborts();
  const stdout = new StandardOutput(1, () => process.stdout);
  const stderr = new StandardOutput(2, () => process.stderr);
  return {
    stdout: (text) => stdout.write(text),
    stderr: (text) => stderr.write(text),
    get isTerminal() {
      return isTerminal(0, () => process.stdin) && isTerminal(2, () => process.stderr);
    },
    get isErrorTerminal() {
      return isTerminal(2, () => process.stderr);
    },
    get isOutputTerminal() {
      return isTerminal(1, () => process.stdout);
    },
    openInput: () => (isTerminal(0, () => process.stdin) ? null : endWith(signal, process.stdin)),
    get columns() {
      // A terminal without a size says 0.
      return process.stderr.columns || process.stdout.columns || 80;
    },
    env: process.env,
    cwd: process.cwd(),
    now: () => new Date(),
    ask: (question) => ask(question, signal),
    chooseOne: async (request) => (await import("./terminal-choices.js")).chooseOne(request, signal),
    chooseSeveral: async (request) => (await import("./terminal-choices.js")).chooseSeveral(request, signal),
    get useColor() {
      return !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb" && isTerminal(1, () => process.stdout);
    },
    get writesToTerminal() {
      return isTerminal(1, () => process.stdout);
    },
    drain: () => stdout.drain(),
    signal,
    version: readVersion,
    parentPid: process.ppid,
    handOverSignals,
  };
}

function turnSignalsIntoAborts(): { signal: AbortSignal; handOverSignals: () => void } {
  const controller = new AbortController();
  const receive = (name: "SIGINT" | "SIGTERM"): void => {
    if (controller.signal.aborted) process.exit(EXIT_STATUS[name]);
    controller.abort(new SignalReceived(name));
  };
  process.on("SIGINT", receive);
  process.on("SIGTERM", receive);
  return {
    signal: controller.signal,
    handOverSignals: () => {
      process.off("SIGINT", receive);
      process.off("SIGTERM", receive);
    },
  };
}

/** Every terminal is a character device, so that for a pipe, a file or /dev/null the stream is not even opened. */
function isTerminal(descriptor: number, openStream: () => { isTTY?: boolean }): boolean {
  const stats = fstatSync(descriptor);
  return stats.isCharacterDevice() && !isNullDevice(stats) && openStream().isTTY === true;
}

/** Not by Node's own function for it, which is in a module that nothing else needs. */
function endWith(signal: AbortSignal, input: NodeJS.ReadStream): NodeJS.ReadStream {
  signal.addEventListener("abort", () => input.destroy(new SignalReceived("SIGINT")), { once: true });
  return input;
}

function isNullDevice({ rdev }: Stats): boolean {
  return rdev === statSync(devNull, { throwIfNoEntry: false })?.rdev;
}

/** Line mode (`terminal: false`) leaves Ctrl-C to the kernel, so that it arrives as the signal that it is. */
async function ask(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import("node:readline");
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  return new Promise<string>((resolve) => {
    lines.once("close", () => resolve(""));
    signal.addEventListener("abort", () => lines.close(), { once: true });
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}

/** The package stands two folders above, both in `src/cli` and in `dist/cli`. */
function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
