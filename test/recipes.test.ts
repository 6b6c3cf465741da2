import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { BINARY } from "./end-to-end/command-line.js";
import { requires, testWith } from "./support/requirements.js";
import { tempChange, tempFolder } from "./support/temp-change.js";

const DOCUMENT = readFileSync(join(import.meta.dirname, "../docs/recipes.md"), "utf8");

/** The blocks of a language below a heading. */
function blocks(heading: string, language: string): string[] {
  const section = DOCUMENT.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/```(\w+)\n([\s\S]*?)```/g)].flatMap(([, found, text = ""]) => (found === language ? [text] : []));
}

/** A directory, and a shell in it that finds stepback, and an npm of which `npm run` does what the test says. */
async function place(files: Record<string, string> = { "proposal.md": "1" }, npmRun = "true") {
  const change = await tempChange(files);
  const home = tempFolder();
  const programs = join(home, "bin");
  mkdirSync(programs);
  const write = (name: string, text: string): void => {
    writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(programs, name), 0o755);
  };
  write("stepback", `exec '${process.execPath}' '${BINARY}' "$@"`);
  write("npm", `[ "$1" = run ] || exit 0\n${npmRun}`);
  const env = { ...process.env, PATH: `${programs}:${process.env["PATH"] ?? ""}`, HOME: home };
  const run = (script: string) => {
    const { status, stdout, stderr } = spawnSync("sh", ["-c", script], { cwd: change.directory, env, encoding: "utf8" });
    return { status, stdout, stderr };
  };
  return { change, home, programs, env, run };
}

const SILENT = { status: 0, stdout: "", stderr: "" };

test("the line for cron makes a checkpoint and says nothing", async () => {
  const [line = ""] = blocks("Every quarter of an hour, by cron", "cron");
  const [, command = ""] = /^(?:\S+ ){5}(.*)$/m.exec(line) ?? [];
  expect(command).not.toContain("%");
  const { change, run } = await place();
  expect(run(command.replaceAll("/srv/specs", change.directory))).toEqual(SILENT);
  expect((await change.checkpoints.list()).checkpoints).toMatchObject([{ type: "auto" }]);
});

requires("systemd-analyze").test("systemd takes the units, and the service's commands make a checkpoint", async () => {
  const [service = "", timer = ""] = blocks("The same by systemd", "ini");
  const { change, programs, run } = await place();
  const folder = tempFolder();
  const here = service.replaceAll("/usr/local/bin/", `${programs}/`).replaceAll("/srv/specs", change.directory);
  writeFileSync(join(folder, "stepback-specs.service"), here);
  writeFileSync(join(folder, "stepback-specs.timer"), timer);
  const units = ["service", "timer"].map((kind) => join(folder, `stepback-specs.${kind}`));
  const { stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", "--recursive-errors=no", ...units], { encoding: "utf8" });
  expect((stdout + stderr).split("\n").filter((line) => line.includes("stepback-specs"))).toEqual([]);
  for (const [, command = ""] of here.matchAll(/^ExecStart=(.*)$/gm)) expect(run(command)).toEqual(SILENT);
  expect((await change.checkpoints.list()).checkpoints).toHaveLength(1);
});

interface WorkflowStep {
  run?: string;
  if?: string;
  uses?: string;
  with?: Record<string, unknown>;
}

/** Runs the steps of the workflow as GitHub does: after a failure only those that want one. */
function runSteps(steps: readonly WorkflowStep[], run: (script: string) => { status: number | null; stdout: string }) {
  let hasFailed = false;
  const shown: string[] = [];
  for (const { run: script, if: condition = "success()" } of steps) {
    const isWanted = condition === "always()" || condition === (hasFailed ? "failure()" : "success()");
    if (script === undefined || !isWanted) continue;
    const { status, stdout } = run(`set -e\n${script}`);
    shown.push(stdout);
    if (status !== 0) hasFailed = true;
  }
  return { hasFailed, shown: shown.join("") };
}

test("the workflow for GitHub cleans up after success, and rolls back and lists after a failure", async () => {
  const [text = ""] = blocks("GitHub Actions", "yaml");
  const { steps } = (parse(text) as { jobs: { generate: { steps: WorkflowStep[] } } }).jobs.generate;
  const upload = steps.find(({ uses }) => uses?.startsWith("actions/upload-artifact"));
  expect(upload).toMatchObject({ if: "always()", with: { path: ".checkpoints", "include-hidden-files": true } });

  const good = await place({ "a.txt": "1" }, "echo 2 > a.txt");
  expect(runSteps(steps, good.run).hasFailed).toBe(false);
  expect(good.change.files()).toEqual({ "a.txt": "2\n" });
  expect((await good.change.checkpoints.list()).checkpoints).toMatchObject([{ success: true }]);

  const bad = await place({ "a.txt": "1" }, "echo 2 > a.txt; exit 9");
  const { hasFailed, shown } = runSteps(steps, bad.run);
  expect(hasFailed).toBe(true);
  expect(bad.change.files()).toEqual({ "a.txt": "1" });
  expect(shown).toContain("✗ Failed (exit code 9)");
});

testWith(["git"], "the hook makes a checkpoint before a commit, which holds no store", async () => {
  const [hook = ""] = blocks("Before each commit", "sh");
  const { change, env } = await place({ "a.txt": "1" });
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], {
      cwd: change.directory,
      env,
      encoding: "utf8",
    });
  git("init", "-q");
  const path = join(change.directory, ".git/hooks/pre-commit");
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, hook);
  chmodSync(path, 0o755);
  git("add", "-A");
  git("commit", "-q", "-m", "first");
  git("add", "-A");
  expect(git("ls-files").trim()).toBe("a.txt");
  expect(git("status", "--porcelain")).toBe("");
  expect((await change.checkpoints.list()).checkpoints).toMatchObject([{ notes: "before a commit" }]);
});

test("a status of something incomplete leads to it, and one of nothing does not", async () => {
  const [lead = "", check = ""] = blocks("Is anything left to do?", "sh");
  const { change, run } = await place();
  await change.checkpoints.create();
  expect(run(lead)).toEqual(SILENT);
  expect(run(check.replaceAll("status.log", "../status.log"))).toEqual(SILENT);

  await change.checkpoints.workflow.start({ id: "review", steps: ["plan", "write"] });
  expect(run(lead)).toMatchObject({ status: 0, stdout: expect.stringContaining("Next: step 1: plan") as string });
  expect(run(check.replaceAll("status.log", "../status.log")).stdout).toContain("incomplete: ");
  expect(run("stepback status --check --quiet")).toMatchObject({ status: 3 });
  await change.checkpoints.workflow.forget("review");

  await change.checkpoints.sessions.start({ description: "the gauge" });
  expect(run(lead)).toMatchObject({ status: 0, stdout: expect.stringContaining("About: the gauge") as string });
});

test("the script puts all checkpoints away and keeps the newest five", async () => {
  const [script = ""] = blocks("Put away, then clean up", "sh");
  const { change, home, run } = await place();
  const ids: string[] = [];
  for (let step = 1; step <= 7; step += 1) {
    change.edit({ "proposal.md": String(step) });
    ids.push((await change.checkpoints.create({ step })).id);
  }
  expect(run(script)).toEqual(SILENT);
  expect((await change.checkpoints.list()).checkpoints.map(({ id }) => id)).toEqual(ids.slice(2));
  const [archive = ""] = readdirSync(join(home, "archives"));
  expect(archive).toMatch(/^my-feature-\d{8}-\d{6}\.tar\.gz$/);
  const other = await tempChange();
  const { checkpoints } = await other.checkpoints.importArchive(join(realpathSync(home), "archives", archive));
  expect(checkpoints.map(({ id }) => id)).toEqual(ids);
});
