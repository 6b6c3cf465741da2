import type { Config } from "../formats/index.js";
import { RECOVERY_RULES } from "./recovery-rules.js";
import {
  CHANGES_ROOT,
  COMMAND,
  COUNT,
  countUpTo,
  DURATION,
  OCCASIONS,
  oneWord,
  orNull,
  PATTERNS,
  SIZE,
  YES_OR_NO,
  type Fault,
  type Kind,
} from "./setting-kinds.js";

/** One setting of the configuration. */
export interface Setting {
  /** Takes a file's value over into the settings, or says what it must be. */
  apply(config: Config, raw: unknown): Fault | null;
  /** The same for a text from the environment or the command line. */
  applyText(config: Config, text: string): Fault | null;
  /** The value that holds, and its spelling. */
  show(config: Config): { value: unknown; text: string };
  /** The key of the settings object that it belongs to. */
  field: keyof Config;
}

const MINUTES_PER_WEEK = 7 * 24 * 60;

/** Every setting by its dotted key on disk. A key before a dot is a group. */
export const SETTINGS: ReadonlyMap<string, Setting> = new Map<string, Setting>([
  ["ignore", top("ignore", PATTERNS)],
  ["limits.max_entries", inside("limits", "maxEntries", COUNT)],
  ["limits.max_total_bytes", inside("limits", "maxTotalBytes", SIZE)],
  ["limits.max_file_bytes", inside("limits", "maxFileBytes", orNull(SIZE))],
  ["durability", top("durability", oneWord("full", "none"))],
  ["changes_root", top("changesRoot", CHANGES_ROOT)],
  ["auto_checkpoint", top("autoCheckpoint", YES_OR_NO)],
  ["interval_minutes", top("intervalMinutes", countUpTo(MINUTES_PER_WEEK))],
  ["max_checkpoints", top("maxCheckpoints", orNull(COUNT))],
  ["checkpoint_on", top("checkpointOn", OCCASIONS)],
  ["retention.keep_last", inside("retention", "keepLast", COUNT)],
  ["retention.keep_within", inside("retention", "keepWithinDays", orNull(DURATION))],
  ["test_command", top("testCommand", orNull(COMMAND))],
  ["recovery.rules", inside("recovery", "rules", RECOVERY_RULES)],
  ["recovery.max_rollbacks", inside("recovery", "maxRollbacks", COUNT)],
]);

/** The keys that hold settings instead of being one. */
export const GROUPS: ReadonlySet<string> = new Set(
  [...SETTINGS.keys()].flatMap((key) => (key.includes(".") ? [key.slice(0, key.indexOf("."))] : [])),
);

/** A setting at the top level. */
function top<Field extends keyof Config>(field: Field, kind: Kind<Config[Field]>): Setting {
  return setting(field, kind, {
    get: (config) => config[field],
    set: (config, value) => (config[field] = value),
  });
}

/** A setting in a group. */
function inside<Group extends "limits" | "retention" | "recovery", Field extends keyof Config[Group]>(
  group: Group,
  field: Field,
  kind: Kind<Config[Group][Field]>,
): Setting {
  return setting(group, kind, {
    get: (config) => config[group][field],
    set: (config, value) => (config[group][field] = value),
  });
}

function setting<Value>(
  field: keyof Config,
  kind: Kind<Value>,
  { get, set }: { get: (config: Config) => Value; set: (config: Config, value: Value) => void },
): Setting {
  const apply = (config: Config, raw: unknown): Fault | null => {
    const read = kind.read(raw);
    if (!("value" in read)) return read;
    set(config, read.value);
    return null;
  };
  return {
    apply,
    applyText: (config, text) => apply(config, kind.fromText(text)),
    show: (config) => ({ value: get(config), text: kind.toText(get(config)) }),
    field,
  };
}
