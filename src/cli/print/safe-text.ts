import { printablePath } from "../../index.js";

/**
 * Makes text from a file, a name or a person safe to print on one line: it cannot move the cursor, change colours or turn
 * the direction of writing around.
 */
export const safe: (text: string) => string = printablePath;

/** The same for a text of several lines, which stay lines. */
export function safeLines(text: string): string {
  return text.split("\n").map(safe).join("\n");
}
