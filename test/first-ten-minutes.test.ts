import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { BINARY } from "./end-to-end/command-line.js";
import { testWith } from "./support/requirements.js";
import { tempFolder } from "./support/temp-change.js";
import { openShell } from "./support/tmux-terminal.js";

const ROOT = join(import.meta.dirname, "..");
const PAGE = join(ROOT, "docs/first-ten-minutes.md");
const CHANGE = "openspec/changes/add-passkey-login";
const HOME = "/home/ada";
const QUESTION = "Continue? [y/N]:";
const BLOCK = /```console\n([^]*?)```/g;

/** With STEPBACK_WRITE_PAGES=1 the outputs in the page are written anew instead of being held against what comes. */
testWith(["tmux"], "docs/first-ten-minutes.md shows what a new user's terminal shows", async () => {
  const page = readFileSync(PAGE, "utf8");
  const wanted = [...page.matchAll(BLOCK)].map(([, text = ""]) => splitAtPrompts(text));
  const shown = await typeAll(wanted.flat());
  if (process.env["STEPBACK_WRITE_PAGES"] === "1") {
    let next = 0;
    const write = (_block: string, text: string): string => {
      const count = splitAtPrompts(text).length;
      return `\`\`\`console\n${shown.slice(next, (next += count)).join("\n\n")}\n\`\`\``;
    };
    return writeFileSync(PAGE, page.replace(BLOCK, write));
  }
  expect(wanted.flat().length).toBeGreaterThan(10);
  expect(shown.map(withoutChance)).toEqual(wanted.flat().map(withoutChance));
});

/** Types each command of a page in one shell on a fresh copy of the example, and answers as the page shows it. */
async function typeAll(wanted: readonly string[]): Promise<string[]> {
  const home = makeHome();
  const shell = openShell(join(home, CHANGE), { PATH: `${join(home, "bin")}:${process.env["PATH"]}`, HOME: home, HISTFILE: "/dev/null" });
  await shell.waitForPrompt(1);
  for (const [index, text] of wanted.entries()) {
    shell.type(commandOf(text));
    const answer = new RegExp(`^${QUESTION.replace(/[?[\]]/g, "\\$&")} (.*)$`, "m").exec(text)?.[1];
    if (answer !== undefined) {
      await shell.waitForLine(QUESTION);
      shell.type(answer);
    }
    await shell.waitForPrompt(index + 2);
  }
  return splitAtPrompts(
    shell
      .transcript()
      .replaceAll(home, HOME)
      .replace(/\n\$\n*$/, "\n"),
  );
}

function makeHome(): string {
  const home = tempFolder();
  cpSync(join(ROOT, "fixtures/openspec"), join(home, "openspec"), { recursive: true, preserveTimestamps: true });
  mkdirSync(join(home, "bin"));
  writeFileSync(join(home, "bin/stepback"), `#!/bin/sh\nexec '${process.execPath}' '${BINARY}' "$@"\n`);
  chmodSync(join(home, "bin/stepback"), 0o755);
  execFileSync("chmod", ["-R", "u+w", home]);
  return home;
}

/** Each command with its output. */
function splitAtPrompts(text: string): string[] {
  return text.split(/^(?=\$ )/m).map((part) => part.trimEnd()).filter((part) => part !== ""); // prettier-ignore
}

function commandOf(text: string): string {
  return (text.split("\n")[0] ?? "").slice("$ ".length);
}

/** What another run, or another file system, shows differently. */
function withoutChance(text: string): string {
  return text
    .replace(/checkpoint-\d{8}-\d{6}-([a-z0-9]+)(-\d+)?/g, "checkpoint-ID-$1")
    .replace(/\(\w[^()]* ago\)/g, "(AGO)")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "WHEN")
    .replace(/\b\d+(\.\d+)? (kB|MB)\b/g, "SIZE");
}
