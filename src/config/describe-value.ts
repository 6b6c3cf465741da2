/** A map of keys and values, as a configuration or workflow file has it. */
export type Mapping = Record<string, unknown>;

/** Says of a value in a file what it is, for messages that say what it should be. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return JSON.stringify(shorten(value));
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return isMapping(value) ? "a map" : "a value of another kind";
}

/** A text that fits into a message. */
export function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

/** True for plain objects only: YAML's own sets and ordered maps are no maps of settings. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
