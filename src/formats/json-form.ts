/** Keys whose spelling in files is not just the snake_case of ours. */
const SPECIAL_KEYS: Readonly<Record<string, string>> = {
  id: "checkpoint_id",
  createdAt: "timestamp",
  isPinned: "pinned",
  isComplete: "complete",
  isWhole: "whole",
  isDryRun: "dry_run",
  isLive: "live",
  taskId: "task",
};

/** Values under these keys are the caller's own words and keep their keys. */
const VERBATIM_KEYS: ReadonlySet<string> = new Set(["metadata", "labels", "unknownKeys", "details"]);

/** Gives the spelling of a key on disk and in JSON output. */
export function toSnakeKey(key: string): string {
  return SPECIAL_KEYS[key] ?? key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * Turns an API value into its JSON form: snake_case keys, bigints and dates as text, sets and maps as lists; paths that are
 * not UTF-8 keep their held form, which JSON escapes.
 */
export function toJsonForm(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(toJsonForm);
  if (value instanceof Set || value instanceof Map) return [...value].map(toJsonForm);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, member]) => member !== undefined && key !== "unknownKeys")
      .map(([key, member]) => (VERBATIM_KEYS.has(key) ? [key, member] : [toSnakeKey(key), toJsonForm(member)])),
  );
}
