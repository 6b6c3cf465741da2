import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";

const BINARY = join(import.meta.dirname, "../../dist/cli/main.cjs");
const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 25;

export interface Terminal {
  /** All that stands on the screen, without the blanks at the ends of lines. */
  screen(): string;
  /** Waits until a text stands on the screen, and gives the screen. */
  waitFor(text: string): Promise<string>;
  /** Presses keys by the names that tmux knows: `Enter`, `Down`, `Space`, `C-c`, `y`. */
  press(...keys: string[]): void;
}

/** Runs the real binary on a real terminal, of tmux, that ends with the test; behind its output stands `[exit N]`. */
export function openTerminal(cwd: string, args: string, { columns = 100, rows = 40 } = {}): Terminal {
  const socket = `stepback-${randomUUID()}`;
  const tmux = (...words: string[]): string => execFileSync("tmux", ["-L", socket, "-f", "/dev/null", ...words], { encoding: "utf8" });
  const command = `'${process.execPath}' '${BINARY}' ${args}; echo "[exit $?]"; exec cat`;
  const size = ["-x", String(columns), "-y", String(rows)];
  tmux("new-session", "-d", ...size, "-c", cwd, "-e", "NO_COLOR=1", "-e", "LC_ALL=C.UTF-8", "sh", "-c", command);
  onTestFinished(() => void tmux("kill-server"));
  const screen = (): string =>
    tmux("capture-pane", "-p")
      .split("\n")
      .map((line) => line.trimEnd())
      .join("\n");
  return {
    screen,
    press: (...keys) => void tmux("send-keys", ...keys),
    waitFor: async (text) => {
      for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs; await sleep(LOOK_EVERY_MS)) {
        const shown = screen();
        if (shown.includes(text)) return shown;
      }
      throw new Error(`${JSON.stringify(text)} did not come up; the screen shows:\n${screen()}`);
    },
  };
}
