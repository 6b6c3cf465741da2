import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { tempFolder } from "./temp-change.js";

const BINARY = join(import.meta.dirname, "../../dist/cli/main.cjs");
const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 25;

export interface Terminal {
  /** Waits until a text stands on the screen, and gives the screen. */
  waitFor(text: string): Promise<string>;
  /** Presses keys by the names that tmux knows: `Enter`, `Down`, `Space`, `C-c`, `y`. */
  press(...keys: string[]): void;
}

/** Runs the real binary on a real terminal, of tmux, that ends with the test; behind its output stands `[exit N]`. */
export function openTerminal(cwd: string, args: string, { columns = 100, rows = 40 } = {}): Terminal {
  const pane = openPane(cwd, ["sh", "-c", `'${process.execPath}' '${BINARY}' ${args}; echo "[exit $?]"; exec cat`], { columns, rows });
  return {
    press: (...keys) => void pane.tmux("send-keys", ...keys),
    waitFor: (text) => pane.waitUntil((shown) => shown.includes(text), JSON.stringify(text)),
  };
}

export interface Shell {
  /** Types a line, with Enter. */
  type(line: string): void;
  /** Waits for the prompt to come up the so-many-th time. */
  waitForPrompt(count: number): Promise<string>;
  /** Waits until the last line begins like this. */
  waitForLine(start: string): Promise<string>;
  /** All that was typed and shown, as lines that are not folded. */
  transcript(): string;
}

/** Opens a shell with the prompt `$` on a real terminal, of tmux, that ends with the test. */
export function openShell(cwd: string, env: Readonly<Record<string, string>>, { columns = 110, rows = 50 } = {}): Shell {
  const pane = openPane(cwd, ["bash", "--norc", "--noprofile"], { columns, rows, env: { ...env, PS1: "$ ", PS2: "> " } });
  const lastLine = (shown: string): string => shown.trimEnd().split("\n").at(-1) ?? "";
  return {
    type: (line) => void pane.tmux("send-keys", "-l", `${line}\r`),
    waitForPrompt: (count) =>
      pane.waitUntil((shown) => lastLine(shown) === "$" && (shown.match(/^\$/gm) ?? []).length === count, `prompt ${count}`),
    waitForLine: (start) => pane.waitUntil((shown) => lastLine(shown).startsWith(start), JSON.stringify(start)),
    transcript: () => pane.screen(),
  };
}

interface PaneOptions {
  columns: number;
  rows: number;
  env?: Readonly<Record<string, string>>;
}

function openPane(cwd: string, command: readonly string[], { columns, rows, env = {} }: PaneOptions) {
  const socket = join(tempFolder(), "tmux");
  const tmux = (...words: string[]): string => execFileSync("tmux", ["-S", socket, "-f", "/dev/null", ...words], { encoding: "utf8" });
  const variables = Object.entries({ NO_COLOR: "1", LC_ALL: "C.UTF-8", ...env }).map(([name, value]) => `${name}=${value}`);
  tmux("new-session", "-d", "-x", String(columns), "-y", String(rows), "-c", cwd, "env", ...variables, ...command);
  onTestFinished(() => void tmux("kill-server"));
  // What has scrolled away too, with folded lines whole.
  const screen = (): string => tmux("capture-pane", "-p", "-J", "-S", "-").replace(/ +$/gm, "");
  const waitUntil = async (isThere: (shown: string) => boolean, what: string): Promise<string> => {
    for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs; await sleep(LOOK_EVERY_MS)) {
      const shown = screen();
      if (isThere(shown)) return shown;
    }
    throw new Error(`${what} did not come up; the screen shows:\n${screen()}`);
  };
  return { tmux, screen, waitUntil };
}
