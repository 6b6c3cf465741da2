import { isAbsolute, posix } from "node:path";

/** Gives the shortest spelling of a folder below another one, or undefined when the text is none (absolute, empty, climbing). */
export function normalizeChangesRoot(text: string): string | undefined {
  if (text === "" || text.includes("\0") || text.startsWith("/") || isAbsolute(text) || text.split("/").includes("..")) return undefined;
  return posix.normalize(text).replace(/\/$/, "");
}
