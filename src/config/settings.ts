import type { Config } from "../formats/index.js";
import { RECOVERY_RULES } from "./recovery-rules.js";
import {
  CHANGES_ROOT,
  COMMAND,
  COUNT,
  COUNT_OR_ALL,
  countUpTo,
  DURATION,
  OCCASIONS,
  oneWord,
  orNull,
  PATTERNS,
  PERIOD,
  SIZE,
  TAG_LISTS,
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
  ["max_checkpoints", top("maxCheckpoints", orNull(COUNT_OR_ALL))],
  ["checkpoint_on", top("checkpointOn", OCCASIONS)],
  ["retention.keep_last", rule("keepLast", COUNT_OR_ALL)],
  ["retention.keep_hourly", rule("keepHourly", COUNT_OR_ALL)],
  ["retention.keep_daily", rule("keepDaily", COUNT_OR_ALL)],
  ["retention.keep_weekly", rule("keepWeekly", COUNT_OR_ALL)],
  ["retention.keep_monthly", rule("keepMonthly", COUNT_OR_ALL)],
  ["retention.keep_yearly", rule("keepYearly", COUNT_OR_ALL)],
  ["retention.keep_within", rule("keepWithin", PERIOD)],
  ["retention.keep_within_hourly", rule("keepWithinHourly", PERIOD)],
  ["retention.keep_within_daily", rule("keepWithinDaily", PERIOD)],
  ["retention.keep_within_weekly", rule("keepWithinWeekly", PERIOD)],
  ["retention.keep_within_monthly", rule("keepWithinMonthly", PERIOD)],
  ["retention.keep_within_yearly", rule("keepWithinYearly", PERIOD)],
  ["retention.keep_tags", rule("keepTags", TAG_LISTS)],
  ["retention.keep_failed", rule("keepFailed", COUNT_OR_ALL)],
  ["retention.per_task", rule("perTask", COUNT_OR_ALL)],
  ["retention.older_than", rule("olderThanDays", DURATION)],
  ["retention.min_age", rule("minAgeDays", DURATION)],
  ["retention.max_size", rule("maxBytes", SIZE)],
  ["auto_clean", top("autoClean", YES_OR_NO)],
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
function inside<Group extends "limits" | "recovery", Field extends keyof Config[Group]>(
  group: Group,
  field: Field,
  kind: Kind<Config[Group][Field]>,
): Setting {
  return setting(group, kind, {
    get: (config) => config[group][field],
    set: (config, value) => (config[group][field] = value),
  });
}

/** A rule of the retention. */
function rule<Rule extends keyof Config["retention"]>(field: Rule, kind: Kind<NonNullable<Config["retention"][Rule]>>): Setting {
  return setting("retention", orNull<NonNullable<Config["retention"][Rule]>>(kind), {
    get: (config) => config.retention[field] ?? null,
    set: (config, value) => (config.retention[field] = value),
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
