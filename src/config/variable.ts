/** Variables of this kind may set something. */
export const VARIABLE_PREFIX = "STEPBACK_";

/** The environment variable of a setting. */
export function variableOf(key: string): string {
  return `${VARIABLE_PREFIX}${key.replace(".", "_").toUpperCase()}`;
}
