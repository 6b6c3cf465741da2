import { existsSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { tempFolder } from "../temp-change.js";
import { watchCanary } from "./canary.js";
import { CommandRunner } from "./command-runner.js";
import type { HostileCommand } from "./commands.js";
import { harmOf, lookAtPlace, outcomeText } from "./harm.js";
import { copyTemplate, makeTemplate, type Template, type TemplateKind } from "./hostile-place.js";
import type { Hostility } from "./spoil.js";

/** One command on one hostile store. */
export interface HostileCase {
  hostility: Hostility;
  command: HostileCommand;
}

/** What came of the commands, by hostility and command. */
export type Outcomes = Record<string, Record<string, string>>;

interface HostileRun {
  workerPath: string;
  /** Also has the kernel tell of every file that is opened; takes several times as long. */
  isTraced?: boolean;
  /** No case is begun after this moment, in milliseconds since the epoch. */
  deadline?: number;
}

/** The forms of those commands whose output is one for people; of the others the code is of interest. */
const TEXT_COMMANDS: ReadonlySet<string> = new Set(["list", "show", "history", "status", "verify", "run", "manifest --sha256sums"]);

/** Runs cases, as many at once as there are processors, each on a store of its own; gives what came of them and what harm they did. */
export async function runHostileCases(
  cases: Iterable<HostileCase>,
  run: HostileRun,
): Promise<{ outcomes: Outcomes; harm: string[]; ran: number }> {
  const templates = new Map<TemplateKind, Template>();
  for (const kind of ["ordinary", "cut-off", "legacy"] as const) templates.set(kind, await makeTemplate(kind));
  const base = tempFolder();
  const queue = cases[Symbol.iterator]();
  const result = { outcomes: {} as Outcomes, harm: [] as string[], ran: 0 };

  const work = async (lane: number): Promise<void> => {
    const tracePath = join(base, `trace-${lane}`);
    const runner = new CommandRunner(run.workerPath, run.isTraced === true ? tracer(tracePath) : []);
    while (Date.now() < (run.deadline ?? Infinity)) {
      const next = queue.next();
      if (next.done === true) break;
      const folder = join(base, String(result.ran++));
      const { outcome, harm } = await runCase(runner, next.value, {
        template: templates.get(next.value.hostility.template ?? "ordinary") as Template,
        folder,
      });
      (result.outcomes[next.value.hostility.name] ??= {})[next.value.command.name] = outcome;
      if (harm.length > 0) result.harm.push(`${next.value.command.name}, ${next.value.hostility.name}:\n  ${harm.join("\n  ")}`);
    }
    await runner.end();
    if (run.isTraced === true) result.harm.push(...openedOutside(tracePath));
  };
  await Promise.all(Array.from({ length: availableParallelism() }, (_, lane) => work(lane)));
  return result;
}

async function runCase(
  runner: CommandRunner,
  { hostility, command }: HostileCase,
  { template, folder }: { template: Template; folder: string },
): Promise<{ outcome: string; harm: string[] }> {
  const place = copyTemplate(template, folder);
  try {
    hostility.spoil(place);
    const before = lookAtPlace(place);
    const canary = watchCanary(place.canary);
    const args = ["--dir", place.directory, ...(TEXT_COMMANDS.has(command.name) ? [] : ["--json"]), ...command.args(place)];
    const outcome = await runner.run({ cwd: folder, args });
    const harm = canary.touched();
    harm.push(...harmOf({ command, outcome, before, after: lookAtPlace(place), hasRestoreInFlight: hostility.template === "cut-off" }));
    if (outcome.status === 0 && command.reach !== "reads" && command.name !== "log MESSAGE") {
      // A line of the log is added without a look at the index.
      const list = await runner.run({ cwd: folder, args: ["--dir", place.directory, "--json", "list"] });
      if (list.status !== 0) harm.push(`left an index that cannot be read: ${list.err}`);
    }
    return { outcome: outcomeText(outcome), harm };
  } catch (error) {
    return { outcome: "no end", harm: [String(error)] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** With the paths of what was opened, whichever way led there. */
function tracer(tracePath: string): string[] {
  return ["strace", "-f", "-y", "-qq", "--seccomp-bpf", "-s", "0", "-o", tracePath, "-e", "trace=open,openat,openat2,creat"];
}

function openedOutside(tracePath: string): string[] {
  if (!existsSync(tracePath)) return ["nothing was traced"];
  return readFileSync(tracePath, "utf8")
    .split("\n")
    .filter((line) => /= \d+<[^>]*\/canary[/>]/.test(line))
    .slice(0, 20)
    .map((line) => `opened outside: ${line}`);
}
