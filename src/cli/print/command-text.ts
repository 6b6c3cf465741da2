import { safe } from "./safe-text.js";

const PLAIN_WORD = /^[\w@%+=:,./-]+$/;

/** Formats a command so that a shell would read the same words. */
export function commandText(words: readonly string[]): string {
  return words.map((word) => safe(PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
