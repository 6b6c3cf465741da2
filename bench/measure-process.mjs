/**
 * Runs whole processes and measures them: wall time from the call that starts one to its end, CPU time of it and its children, and peak
 * memory. Each is measured in runs of its own, so that no measurement slows another one down.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const PEAK_REPORTER = fileURLToPath(new URL("report-peak.cjs", import.meta.url));

/** Node tells nothing of its children's CPU time; bash's `time` does, to the millisecond and with their children's. */
const CPU_REPORTER = 'TIMEFORMAT="%3U %3S"; exec 4>&2 2>&3 3>&-; time "$@" 2>&4 4>&-';

/** One comma or point in numbers, no settings of whoever runs this. */
const ENVIRONMENT = { ...process.env, LC_ALL: "C", NODE_OPTIONS: "" };

/**
 * A command to measure; `args[0]` of a node program is a script or an option.
 * @typedef {{ program: string, args: string[], env?: Record<string, string>, cwd?: string }} Command
 */

/** Starts a node program with the node that runs this. @returns {Command} */
export function nodeCommand(...args) {
  return { program: process.execPath, args };
}

/** @param {Command} command @returns {Promise<number>} wall time in milliseconds */
export async function measureWall(command) {
  const { wallMs } = await run(command, { reports: false });
  return wallMs;
}

/** @param {Command} command @returns {Promise<number>} user and system time in milliseconds, with all children that were waited for */
export async function measureCpu({ program, args, ...rest }) {
  const { report } = await run({ program: "bash", args: ["-c", CPU_REPORTER, "bash", program, ...args], ...rest }, { reports: true });
  const [user, system] = report.trim().split(" ").map(Number);
  return 1000 * (user + system);
}

/** @param {Command} command a node program @returns {Promise<number>} the most memory it held at once, in bytes */
export async function measurePeak({ program, args, ...rest }) {
  const { report } = await run({ program, args: ["--require", PEAK_REPORTER, ...args], ...rest }, { reports: true });
  return Number(report);
}

/** Runs a command that is not measured. @param {Command} command @returns {Promise<string>} what it printed */
export async function runCommand(command) {
  const { output } = await run(command, { reports: false });
  return output;
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
