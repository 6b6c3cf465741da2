/**
 * Formats the one document of --json.
 *
 * JSON leaves DEL and the C1 control characters as they are; a terminal could take them for commands, so they are escaped too.
 */
export function jsonText(document: unknown): string {
  const text = JSON.stringify(document, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value), 2);
  return `${text.replace(/[\u007f-\u009f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
}
