import type { InvalidFile } from "./invalid-file.js";
import type { ConfigText } from "./parse-config-text.js";

/**
 * Parses a file that a person wrote, as JSON when its name says so, else as YAML, and tells where each part of it stands. The parser is
 * loaded only now.
 * @throws the caller's error with the position of what is not well-formed, a key that stands twice, or an alias.
 */
export async function parseMarkedText(text: string, path: string, invalid: InvalidFile): Promise<ConfigText> {
  const { parseConfigText } = await import("./parse-config-text.js");
  return parseConfigText(text, path, invalid);
}
