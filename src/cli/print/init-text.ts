import type { InitializedDirectory, InitializedFile } from "../../index.js";
import { safe, safeLines } from "./safe-text.js";

/** What `init` wrote, or would write, and what it left as it is. */
export function initText({ files }: InitializedDirectory): string {
  return files.map(fileText).join("");
}

function fileText({ path, action, reason, text }: InitializedFile): string {
  if (action === "kept") return `– Kept ${safe(path)}: ${safe(reason ?? "")}\n`;
  if (action === "written") return `✓ Wrote ${safe(path)}\n`;
  const indented = safeLines(text ?? "").replace(/^(?=.)/gm, "    ");
  return `Would write ${safe(path)}:\n\n${indented}\n`;
}
