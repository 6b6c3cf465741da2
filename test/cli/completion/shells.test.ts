import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { BINARY } from "../../end-to-end/command-line.js";
import { requires } from "../../support/requirements.js";
import { tempChange, tempFolder } from "../../support/temp-change.js";

/** A directory with two checkpoints and, in the search path, a stepback. */
async function place() {
  const change = await tempChange({ "a.txt": "1", "folder/b.txt": "2" });
  const first = await change.checkpoints.create({ step: 1, stepName: "One" });
  const second = await change.checkpoints.create({ step: 2 });
  const programs = tempFolder();
  mkdirSync(join(programs, "bin"));
  const path = join(programs, "bin", "stepback");
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${BINARY}' "$@"\n`);
  chmodSync(path, 0o755);
  const env = { ...process.env, PATH: `${join(programs, "bin")}:${process.env["PATH"] ?? ""}`, HOME: programs };
  const run = (shell: string, args: string[], script: string) =>
    execFileSync(shell, [...args, "-c", script], { cwd: change.directory, env, encoding: "utf8" });
  return { run, ids: [second.id, first.id] };
}

requires("bash").test("bash completes commands, checkpoints, values and files", async () => {
  const { run, ids } = await place();
  const script = `
source <(stepback completion bash)
complete -p stepback
ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stepback stepback; printf '%s ' "\${COMPREPLY[@]}"; echo; }
ask stepback unp
ask stepback show ""
ask stepback create --type task_c
ask stepback create --type = task_c
ask stepback import a
ask stepback list --dir f`;
  expect(run("bash", ["--norc", "--noprofile"], script).split("\n")).toEqual([
    "complete -F _stepback stepback",
    "unpin ",
    `latest ${ids.join(" ")} `,
    "task_complete ",
    "task_complete ",
    "a.txt ",
    "folder ",
    "",
  ]);
});

requires("zsh").test("zsh completes the same, with hints", async () => {
  const { run, ids } = await place();
  // Real words through the real script; only the display of what it found is replaced.
  const script = `
autoload -Uz compinit && compinit -u -d "$HOME/dump"
source <(stepback completion zsh)
[[ "$_comps[stepback]" = _stepback ]] && echo registered
_describe() { print -l -- "\${(@P)3}"; }
_files() { echo "files $*"; }
ask() { words=("$@"); CURRENT=$#; _stepback; echo; }
ask stepback unp
ask stepback show ""
ask stepback import a
ask stepback list --dir f`;
  const [registered, unpin, , latest, second, first, , files, , folders] = run("zsh", ["-f"], script).split("\n");
  expect({ registered, unpin, files, folders }).toEqual({
    registered: "registered",
    unpin: "unpin:Let checkpoints be deleted again.",
    files: "files ",
    folders: "files -/",
  });
  expect(latest).toBe(`latest:${ids[0]}`);
  expect(second).toMatch(new RegExp(`^${ids[0]}:step 2, \\d{4}-`));
  expect(first).toMatch(new RegExp(`^${ids[1]}:step 1 One, `));
});

requires("fish").test("fish completes the same, with hints", async () => {
  const { run, ids } = await place();
  const script = `
stepback completion fish | source
complete -C 'stepback unp'
complete -C 'stepback show '
complete -C 'stepback create --type task_c'
complete -C 'stepback import a'
complete -C 'stepback list --dir f'`;
  const lines = run("fish", ["--no-config"], script).trimEnd().split("\n");
  expect(lines.map((line) => line.split("\t")[0])).toEqual([
    "unpin",
    ...[...ids].sort(byText),
    "latest",
    "task_complete",
    "a.txt",
    "folder/",
  ]);
  expect(lines.find((line) => line.startsWith(String(ids[1])))).toContain("\tstep 1 One, ");
});

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}
