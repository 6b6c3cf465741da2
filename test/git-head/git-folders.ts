import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

export const ID = "1234567890abcdef1234567890abcdef12345678";
export const OTHER_ID = "fedcba0987654321fedcba0987654321fedcba09";
export const SHA256_ID = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/** A folder for one test, removed after it. */
export function tempFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "git-head-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  return folder;
}

/** Writes files with the folders they need; a path that ends in a slash is a folder. */
export function writeFiles(folder: string, files: Record<string, string | Buffer>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(path.endsWith("/") ? join(folder, path) : dirname(join(folder, path)), { recursive: true });
    if (!path.endsWith("/")) writeFileSync(join(folder, path), content);
  }
}

/** A folder with a `.git` made by hand: what git asks of one, and the given files in it. */
export function tempRepository(gitFiles: Record<string, string | Buffer>): string {
  const folder = tempFolder();
  writeFiles(join(folder, ".git"), { "objects/": "", "refs/": "", ...gitFiles });
  return folder;
}

const SETTINGS = [
  "user.name=A",
  "user.email=a@example.org",
  "init.defaultBranch=main",
  "commit.gpgsign=false",
  "protocol.file.allow=always",
];

/** Runs the real git, free of the configuration and the environment around it, and gives what it prints. */
export function git(folder: string, ...args: string[]): string {
  const outside = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));
  const env = { ...Object.fromEntries(outside), GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1", LC_ALL: "C.UTF-8" };
  const settings = SETTINGS.flatMap((setting) => ["-c", setting]);
  const { status, stdout, stderr } = spawnSync("git", [...settings, ...args], { cwd: folder, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`git ${args.join(" ")} ended with ${status}: ${stderr}`);
  return stdout.trimEnd();
}

/** A repository made by git, with one commit. */
export function tempGitRepository(...initOptions: string[]): string {
  const folder = tempFolder();
  git(folder, "init", "--quiet", ...initOptions);
  commit(folder);
  return folder;
}

export function commit(folder: string): void {
  git(folder, "commit", "--quiet", "--allow-empty", "-m", "a commit");
}
