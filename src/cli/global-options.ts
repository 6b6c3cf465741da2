import { CommanderError, Option, type Command } from "commander";
import { collect } from "./definitions/collect.js";
import type { Io } from "./io.js";

const PROGRESS_FORMS = ["auto", "none", "json"] as const;
export type ProgressForm = (typeof PROGRESS_FORMS)[number];

/** The options that every command takes, before or after its name. */
export interface GlobalFlags {
  dir?: string;
  changeId?: string;
  store?: string;
  wait?: string;
  json: boolean;
  quiet: boolean;
  yes: boolean;
  color: boolean;
  progress: ProgressForm;
  /** Settings by key, as texts. */
  set: string[];
}

/** Adds the global options to the program or to one of its commands. */
export function addGlobalOptions(command: Command, io: Io): void {
  const options = [
    new Option("--dir <folder>", "the change directory (default: the nearest parent with a store, else the current one)"),
    new Option("--change-id <id>", "the change <changes root>/ID, searched upward (changes root: openspec/changes)"),
    new Option("--store <folder>", "another place for the store (default: .checkpoints in the change directory)"),
    new Option("-c, --set <key=value>", "a setting for this call; can be given several times").argParser(collect),
    new Option("--json", "print one JSON document on stdout; errors are JSON on stderr"),
    new Option("-q, --quiet", "print nothing about what was done, unless something is wrong"),
    new Option("-y, --yes", "answer every question with yes"),
    new Option("--wait <duration>", "wait so long for a held lock, like 30s (default: not at all)"),
    new Option("--progress <form>", "how long work tells how far it is: a bar on a terminal, nothing, or a line of JSON each time").choices(
      PROGRESS_FORMS,
    ),
    new Option("--no-color", "print without colours; the NO_COLOR variable does the same"),
    new Option("--version", "show the version"),
  ];
  for (const option of options) command.addOption(option.helpGroup("Global options:"));
  command.addHelpOption(new Option("-h, --help", "show this help").helpGroup("Global options:"));
  command.on("option:version", () => {
    io.stdout(`${io.version?.() ?? "unknown"}\n`);
    throw new CommanderError(0, "commander.version", "version shown");
  });
}

/** Reads the global options from both sides of the command's name; those after it win over those before it, and both over the environment. */
export function readGlobalFlags(command: Command, environment: Io["env"]): GlobalFlags {
  const sides: Partial<GlobalFlags>[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) sides.unshift(at.opts());
  const merged = Object.assign({}, ...sides) as Partial<GlobalFlags>;
  return {
    ...placeFlags(merged, environment),
    set: sides.flatMap((side) => side.set ?? []),
    json: merged.json === true,
    quiet: merged.quiet === true,
    yes: merged.yes === true,
    progress: merged.progress ?? "auto",
    color: sides.every((side) => side.color !== false),
  };
}

/** What names the directory and its store: the command line, or else the variables. */
export function placeFlags({ dir, changeId, store, wait }: Partial<GlobalFlags>, environment: Io["env"]): Partial<GlobalFlags> {
  const variable = (name: string): string | undefined => environment[name] || undefined;
  const isPlaceNamed = dir !== undefined || changeId !== undefined;
  return {
    dir: isPlaceNamed ? dir : variable("STEPBACK_DIR"),
    changeId: isPlaceNamed ? changeId : variable("STEPBACK_CHANGE_ID"),
    store: store ?? variable("STEPBACK_STORE"),
    wait,
  };
}
