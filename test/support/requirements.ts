import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "vitest";
import { FILE_SYSTEMS, runMountedSync, type MountedKind } from "./file-systems/run-mounted.js";

export type Requirement =
  | "root"
  | "access-times"
  | "loop-mount"
  | "strace"
  | "git"
  | "patch"
  | "setpriv"
  | "sha256sum"
  | "tmux"
  | "script"
  | "prlimit"
  | "time-namespace"
  | "pid-namespace"
  | "faketime"
  | "python3"
  | "restic"
  | "bash"
  | "zsh"
  | "fish"
  | "groff"
  | "mandoc"
  | "systemd-analyze"
  | "chromium"
  | MountedKind;

type TestBody = () => Promise<void> | void;
type TestFunction = (name: string, body: TestBody, timeoutMs?: number) => void;

/**
 * Gives the `test` for tests that need more of the machine than Node.
 *
 * Where something is missing the test is skipped and the reason printed once; with STEPBACK_REQUIRE_ALL=1 it fails.
 */
export function requires(...needs: Requirement[]): { test: TestFunction; isMet: boolean } {
  const missing = needs.filter((need) => !isAvailable(need));
  if (missing.length === 0) return { test: (name, body, timeoutMs) => test(name, body, timeoutMs), isMet: true };
  const reason = `needs ${missing.join(" and ")}, which is not to be had here`;
  if (process.env["STEPBACK_REQUIRE_ALL"] === "1") return { test: (name) => failingTest(name, reason), isMet: false };
  printOnce(`Skipped: what ${reason}.`);
  return { test: (name) => test.skip(name), isMet: false };
}

/** Runs one test where all needs are met; see `requires`. */
export function testWith(needs: readonly Requirement[], name: string, body: TestBody, timeoutMs?: number): void {
  requires(...needs).test(name, body, timeoutMs);
}

function failingTest(name: string, reason: string): void {
  test(name, () => {
    throw new Error(`This test ${reason}.`);
  });
}

const printed = new Set<string>();

function printOnce(line: string): void {
  if (printed.has(line)) return;
  printed.add(line);
  process.stderr.write(`${line}\n`);
}

const answers = new Map<Requirement, boolean>();

function isAvailable(need: Requirement): boolean {
  const answer = answers.get(need) ?? PROBES[need]();
  answers.set(need, answer);
  return answer;
}

/** Each tries the thing itself: in a container the command is often there and the right to use it is not. */
const PROBES: Record<Requirement, () => boolean> = {
  root: () => process.getuid?.() === 0,
  "access-times": keepsAccessTimes,
  "loop-mount": () => succeeds("unshare", "-m", "sh", "-c", LOOP_MOUNT),
  strace: () => succeeds("strace", "-f", "-qq", "-o", "/dev/null", "true"),
  git: () => succeeds("git", "--version"),
  patch: () => succeeds("patch", "--version"),
  setpriv: () => succeeds("setpriv", "--reuid=65534", "--clear-groups", "true"),
  sha256sum: () => succeeds("sha256sum", "/dev/null"),
  tmux: () => succeeds("tmux", "-V"),
  ...(Object.fromEntries(FILE_SYSTEMS.map((kind) => [kind, () => canMount(kind)])) as Record<MountedKind, () => boolean>),
  prlimit: () => succeeds("prlimit", "--nofile=64", "true"),
  restic: () => succeeds("restic", "version"),
  script: () => succeeds("script", "-qec", "true", "/dev/null"),
  "time-namespace": () => succeeds("unshare", "--time", "--boottime", "1", "true"),
  "pid-namespace": () => succeeds("unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", "echo 7 >/proc/sys/kernel/ns_last_pid"),
  faketime: () =>
    succeeds("faketime", "-f", "-1h", process.execPath, "-e", "process.exit(Date.now() < fs.statSync('/proc/self').mtimeMs ? 0 : 1)"),
  bash: () => succeeds("bash", "-c", "compgen -k"),
  zsh: () => succeeds("zsh", "-fc", "autoload -Uz compinit"),
  fish: () => succeeds("fish", "--no-config", "-c", "complete -C ls"),
  groff: () => succeeds("groff", "--version"),
  mandoc: () => succeeds("mandoc", "-Tlint", "/dev/null") || succeeds("sh", "-c", "command -v mandoc"),
  "systemd-analyze": () => succeeds("systemd-analyze", "--version"),
  chromium: () => succeeds("chromium", "--version"),
  python3: () => succeeds("python3", "-c", "import ctypes; ctypes.CDLL(None).renameat2"),
};

function canMount(kind: MountedKind): boolean {
  const folder = mkdtempSync(join(tmpdir(), "stepback-probe-"));
  try {
    return runMountedSync(kind, folder, ["true"]) === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Whether a look at a file's times tells that it was read. */
function keepsAccessTimes(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "stepback-probe-"));
  try {
    const path = join(folder, "file");
    writeFileSync(path, "text");
    utimesSync(path, 1_000_000_000, 1_500_000_000);
    readFileSync(path);
    return statSync(path).atimeMs > 1_000_000_000_000;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The mounts live in a namespace of their own and go away with it, also when the probe is killed. */
const LOOP_MOUNT = `set -e
mount -t tmpfs tmpfs /mnt
mkdir /mnt/files
truncate -s 2M /mnt/image
mkfs.ext4 -q -F /mnt/image
mount -o loop /mnt/image /mnt/files`;

function succeeds(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore", timeout: 20_000 }).status === 0;
}

const NOBODY = 65534;

/** Does something as an ordinary user, whom file modes stop; they do not stop root, who usually runs the tests of a container. */
export async function asOrdinaryUser<Result>(action: () => Promise<Result> | Result): Promise<Result> {
  if (process.getuid?.() !== 0) return action();
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}
