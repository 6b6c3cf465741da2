import { CHECKPOINT_OCCASIONS, type CalendarPeriod, type CheckpointOccasion } from "../formats/index.js";
import { normalizeChangesRoot } from "./changes-root.js";
import { byteSizeOf, calendarPeriodOf, durationDaysOf, formatByteSize, formatCalendarPeriod, formatDuration } from "./quantities.js";

/** The way to a value from the top of a configuration file. */
export type SettingPath = readonly (string | number)[];

/** What is wrong with a value; the path leads from the setting to the part that is wrong. */
export interface Fault {
  path: SettingPath;
  expected: string;
}

/** One kind of value that settings have. */
export interface Kind<Value> {
  /** What a file's value means, or what is wrong with it. */
  read(raw: unknown): { value: Value } | Fault;
  /** The value that a file would hold, of a text from the environment or the command line. */
  fromText(text: string): unknown;
  /** The spelling of a value, which `fromText` takes back. */
  toText(value: Value): string;
}

/** A whole number from 1 on. */
export const COUNT = countUpTo(Number.MAX_SAFE_INTEGER, "a whole number from 1 on");

/** A whole number from 1 on, or -1 for all. */
export const COUNT_OR_ALL: Kind<number> = {
  read: (raw) => judge(raw === "unlimited" || raw === -1 ? -1 : countOf(raw), "a whole number from 1 on, or unlimited"),
  fromText: (text) => (/^(-1|\d+)$/.test(text) ? Number(text) : text),
  toText: (count) => (count === -1 ? "unlimited" : String(count)),
};

export const SIZE: Kind<number> = {
  read: (raw) => judge(countOf(typeof raw === "string" ? byteSizeOf(raw) : raw), "a size like 2G or 500 MiB, from 1 byte on"),
  fromText: (text) => text,
  toText: formatByteSize,
};

/** A duration, in days. */
export const DURATION: Kind<number> = {
  read: (raw) => judge(durationOf(raw), "a duration like 30d, 12h or 2w"),
  fromText: (text) => text,
  toText: formatDuration,
};

/** Calendar time, in which `m` is for months. */
export const PERIOD: Kind<CalendarPeriod> = {
  read: (raw) => judge(periodOf(raw), "a period like 7d or 1y5m7d2h (m is for months)"),
  fromText: (text) => text,
  toText: formatCalendarPeriod,
};

/** Lists of tags, each written with commas; in a text one on each line. */
export const TAG_LISTS: Kind<readonly (readonly string[])[]> = {
  read: (raw) => {
    const expected = "a list of tags, or of tags joined by commas";
    if (Array.isArray(raw) && raw.length === 0) return { path: [], expected };
    return readList(raw, expected, (one) => judge(typeof one === "string" ? one.split(",").map((tag) => tag.trim()) : undefined, "a tag"));
  },
  fromText: (text) => text.split(/\r?\n/),
  toText: (lists) => lists.map((tags) => tags.join(",")).join("\n"),
};

export const YES_OR_NO: Kind<boolean> = {
  read: (raw) => judge(typeof raw === "boolean" ? raw : undefined, "true or false"),
  fromText: (text) => (text === "true" ? true : text === "false" ? false : text),
  toText: String,
};

export const CHANGES_ROOT: Kind<string> = {
  read: (raw) => judge(typeof raw === "string" ? normalizeChangesRoot(raw) : undefined, "a relative path that does not climb with .."),
  fromText: (text) => text,
  toText: (folder) => folder,
};

/** A command for the shell. */
export const COMMAND: Kind<string> = {
  read: (raw) => judge(typeof raw === "string" && /\S/.test(raw) && !raw.includes("\0") ? raw : undefined, "a command"),
  fromText: (text) => text,
  toText: (command) => command,
};

/** Gitignore patterns; in a text one on each line. */
export const PATTERNS: Kind<string[]> = {
  read: (raw) => readList(raw, "a list of gitignore patterns", (one) => judge(patternOf(one), "one line of text, a gitignore pattern")),
  fromText: (text) => text.split(/\r?\n/).filter((line) => line !== ""),
  toText: (patterns) => patterns.join("\n"),
};

/** Words for occasions; in a text with commas between them, or `none`. */
export const OCCASIONS: Kind<CheckpointOccasion[]> = {
  read: (raw) => {
    const expected = `one of ${CHECKPOINT_OCCASIONS.join(", ")}`;
    const read = readList(raw, `a list of ${CHECKPOINT_OCCASIONS.join(", ")}`, (one) => judge(occasionOf(one), expected));
    return "value" in read ? { value: [...new Set(read.value)] } : read;
  },
  fromText: (text) => (text === "none" ? [] : text.split(",").map((word) => word.trim())),
  toText: (occasions) => occasions.join(", ") || "none",
};

/** One of a few words. */
export function oneWord<Word extends string>(...words: readonly Word[]): Kind<Word> {
  return {
    read: (raw) =>
      judge(
        words.find((word) => word === raw),
        words.join(" or "),
      ),
    fromText: (text) => text,
    toText: (word) => word,
  };
}

/** A whole number from 1 to a limit. */
export function countUpTo(most: number, expected = `a whole number from 1 to ${most}`): Kind<number> {
  return {
    read: (raw) => {
      const count = countOf(raw);
      return judge(count === undefined || count > most ? undefined : count, expected);
    },
    fromText: (text) => (/^\d+$/.test(text) ? Number(text) : text),
    toText: String,
  };
}

/** The same, or null for none. */
export function orNull<Value>(kind: Kind<Value>): Kind<Value | null> {
  return {
    read: (raw) => {
      if (raw === null) return { value: null };
      const read = kind.read(raw);
      return "value" in read || read.path.length > 0 ? read : { ...read, expected: `${read.expected}, or null` };
    },
    fromText: (text) => (text === "null" ? null : kind.fromText(text)),
    toText: (value) => (value === null ? "null" : kind.toText(value)),
  };
}

/** Reads a list whose members are of one kind; a fault in one of them is found by its position. */
export function readList<Value>(
  raw: unknown,
  expected: string,
  read: (member: unknown) => { value: Value } | Fault,
): { value: Value[] } | Fault {
  if (!Array.isArray(raw)) return { path: [], expected };
  const values: Value[] = [];
  for (const [position, member] of raw.entries()) {
    const found = read(member);
    if (!("value" in found)) return { ...found, path: [position, ...found.path] };
    values.push(found.value);
  }
  return { value: values };
}

/** Turns what a reader found into its verdict; undefined is a fault. */
export function judge<Value>(value: Value | undefined, expected: string): { value: Value } | Fault {
  return value === undefined ? { path: [], expected } : { value };
}

function countOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 1 ? (value as number) : undefined;
}

function durationOf(value: unknown): number | undefined {
  const days = typeof value === "string" ? durationDaysOf(value) : undefined;
  return days !== undefined && days > 0 ? days : undefined;
}

function periodOf(value: unknown): CalendarPeriod | undefined {
  const period = typeof value === "string" ? calendarPeriodOf(value) : undefined;
  return period !== undefined && Object.values(period).some((amount) => amount > 0) ? period : undefined;
}

function patternOf(value: unknown): string | undefined {
  return typeof value === "string" && /^[^\r\n]+$/.test(value) ? value : undefined;
}

function occasionOf(value: unknown): CheckpointOccasion | undefined {
  return CHECKPOINT_OCCASIONS.find((word) => word === value);
}
