import { InvalidArgumentError, parseDuration, STATE_COUNTERS, type CreateRequest } from "../index.js";

/** Reads a whole number of at least `least`. */
export function wholeNumber(name: string, text: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new InvalidArgumentError(name, text, `a whole number from ${least} on`);
}

/** Reads one of the words of a fixed vocabulary. */
export function oneOf<Word extends string>(name: string, text: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === text);
  if (found === undefined) throw new InvalidArgumentError(name, text, `one of ${words.join(", ")}`);
  return found;
}

/** Reads `true`, `false` or, where it is allowed, `unknown`. */
export function success(name: string, text: string, allowed: readonly ("true" | "false" | "unknown")[]): boolean | null {
  const word = oneOf(name, text, allowed);
  return word === "unknown" ? null : word === "true";
}

/** Reads `key=value` pairs; the last one of a key wins. */
export function keyValues(name: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw new InvalidArgumentError(name, text, "KEY=VALUE");
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** Reads keys of metadata to search for: `key=value`, or `key` for any value. */
export function keysOrValues(name: string, texts: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (text === "" || at === 0) throw new InvalidArgumentError(name, text, "KEY or KEY=VALUE");
      return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** Reads the counters of a state snapshot, like `tests_passing=41`. */
export function stateCounters(name: string, texts: readonly string[]): NonNullable<CreateRequest["state"]> {
  const given = Object.entries(keyValues(name, texts)).map(([key, text]) => {
    const counter = STATE_COUNTERS.find((one) => counterWord(one) === key);
    if (counter === undefined) throw new InvalidArgumentError(name, key, `one of ${STATE_COUNTERS.map(counterWord).join(", ")}`);
    return [counter, wholeNumber(`${name} ${key}`, text, 0)] as const;
  });
  return Object.fromEntries(given);
}

/** The word for a counter on the command line, as in the index. */
export function counterWord(counter: string): string {
  return counter.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Reads a duration such as `30d` or `12h`, in days. */
export function durationDays(name: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new InvalidArgumentError(name, text, "a duration like 30d, 12h or 90m");
  }
}

const ISO_MOMENT = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const MS_PER_DAY = 86_400_000;

/** Reads a date (UTC unless it names a zone), or an age such as `2d`. */
export function since(name: string, text: string, now: Date): Date {
  const match = ISO_MOMENT.exec(text);
  const hasTime = text.length > "2026-01-31".length;
  const moment =
    match !== null
      ? new Date(hasTime && match[1] === undefined ? `${text.replace(" ", "T")}Z` : text.replace(" ", "T"))
      : ageToMoment(text, now);
  if (moment === null || Number.isNaN(moment.getTime())) {
    throw new InvalidArgumentError(name, text, "a date like 2026-01-31 or an age like 2d");
  }
  return moment;
}

function ageToMoment(text: string, now: Date): Date | null {
  try {
    return new Date(now.getTime() - parseDuration(text) * MS_PER_DAY);
  } catch (error) {
    if (error instanceof InvalidArgumentError) return null;
    throw error;
  }
}
