import { safe } from "./safe-text.js";

/** A patch as text for a terminal: lines and tabs stay, everything that could steer the terminal does not. */
export function patchText(patch: Uint8Array): string {
  return Buffer.from(patch).toString("utf8").split("\n").map(safeButTabs).join("\n");
}

function safeButTabs(line: string): string {
  return line.split("\t").map(safe).join("\t");
}
