/**
 * Runs whole processes and measures them: wall time from the call that starts one to its end, or what it used: CPU time with its children,
 * and peak memory. The two are measured in runs of their own, so that neither slows the other down.
 */
import { spawn } from "node:child_process";

/**
 * Node tells nothing of what its children used; Python does, to the microsecond and with their children's. The peak is that of the
 * largest process among them, and never below Python's own of about 10 MB.
 */
const USAGE_REPORTER = `
import os, resource, subprocess, sys
status = subprocess.call(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
os.write(3, f"{used.ru_utime + used.ru_stime} {peak}".encode())
sys.exit(status if status >= 0 else 1)
`;

/** One comma or point in numbers, no settings of whoever runs this. */
const ENVIRONMENT = { ...process.env, LC_ALL: "C", NODE_OPTIONS: "" };

/**
 * A command to measure.
 * @typedef {{ program: string, args: string[], env?: Record<string, string>, cwd?: string }} Command
 */

/** @typedef {{ cpuMs: number, peakBytes: number }} Usage */

/** Starts a node program with the node that runs this; `args[0]` is a script or an option. @returns {Command} */
export function nodeCommand(...args) {
  return { program: process.execPath, args };
}

/** @param {Command} command @returns {Promise<number>} wall time in milliseconds */
export async function measureWall(command) {
  const { wallMs } = await run(command, { reports: false });
  return wallMs;
}

/** @param {Command} command @param {string} python as `findPython` gave it @returns {Promise<Usage>} */
export async function measureUsage({ program, args, ...rest }, python) {
  const { report } = await run({ program: python, args: ["-c", USAGE_REPORTER, program, ...args], ...rest }, { reports: true });
  const [cpuSeconds, peakBytes] = report.split(" ").map(Number);
  return { cpuMs: 1000 * cpuSeconds, peakBytes };
}

/** Runs a command that is not measured. @param {Command} command @returns {Promise<string>} what it printed */
export async function runCommand(command) {
  const { output } = await run(command, { reports: false });
  return output;
}

/** Removes a folder with all that is in it, or nothing. Node's own way takes 10 GB of memory for a million files. */
export async function removeTree(path) {
  await runCommand({ program: "rm", args: ["-rf", "--", path] });
}

/** The first number with a point in what a program says of itself; null when it is not installed. */
export async function readVersion(program, args = ["--version"]) {
  try {
    return /\d+(?:\.\d+)+/.exec(await runCommand({ program, args }))?.[0] ?? "of unknown version";
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

/** The Python interpreter itself, because what is called `python3` may be a script that looks for one; null when there is none. */
export async function findPython() {
  try {
    return (await runCommand({ program: "python3", args: ["-c", "import sys; print(sys.executable)"] })).trim();
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

/**
 * Runs a command to its end, its output read from pipes and thrown away. What it writes to descriptor 3 is its report.
 * @throws Error when it does not exit with 0: a failure must never be taken for a fast run.
 */
function run({ program, args, env = {}, cwd }, { reports }) {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(program, args, {
      cwd,
      env: { ...ENVIRONMENT, ...env },
      stdio: ["pipe", "pipe", "pipe", ...(reports ? ["pipe"] : [])],
    });
    child.stdin.end();
    const [output, errors, report] = child.stdio.slice(1).map(collect);
    child.once("error", reject);
    child.once("close", (status, signal) => {
      const wallMs = performance.now() - startedAt;
      if (status === 0) resolve({ wallMs, output: output(), report: report?.() });
      else reject(new Error(`${program} ${args.join(" ")} ended with ${signal ?? status}:\n${errors()}`));
    });
  });
}

function collect(stream) {
  const chunks = [];
  stream.on("data", (chunk) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}
