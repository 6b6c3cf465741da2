import type { FoundPath, FoundPaths } from "../../index.js";
import { counted } from "./counted.js";
import { safe } from "./safe-text.js";

/** The text of `stepback find`: each path with the newest checkpoint that has it. */
export function foundText(pattern: string, { paths }: FoundPaths): string {
  if (paths.length === 0) return `No path of any checkpoint matches '${safe(pattern)}'.\n`;
  return `${paths.map(pathText).join("")}\n${counted(paths.length, "path")}\n`;
}

function pathText({ path, type, checkpoints }: FoundPath): string {
  const [newest = ""] = checkpoints;
  const oldest = checkpoints.at(-1) ?? "";
  const where =
    checkpoints.length === 1 ? `in ${safe(newest)}` : `in ${checkpoints.length} checkpoints, ${safe(oldest)} to ${safe(newest)}`;
  return `${safe(path)}${type === "directory" ? "/" : ""}\n  ${where}\n`;
}
