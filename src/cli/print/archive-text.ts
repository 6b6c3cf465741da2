import type { Checkpoint, ExportedArchive, ImportedArchive } from "../../index.js";
import { byteSize } from "./byte-size.js";
import { counted } from "./counted.js";
import { safe } from "./safe-text.js";

/** What went into an archive. */
export function exportedText({ checkpoints, archiveBytes }: ExportedArchive, name: string): string {
  const lines = checkpoints.map((checkpoint) => `  ${contentText(checkpoint)}\n`);
  return `✓ Exported ${counted(checkpoints.length, "checkpoint")} to ${safe(name)} (${byteSize(archiveBytes)})\n${lines.join("")}`;
}

/** What came out of an archive. */
export function importedText({ checkpoints }: ImportedArchive): string {
  const lines = checkpoints.map((checkpoint) => `  ${contentText(checkpoint)}${originText(checkpoint)}\n`);
  return `✓ Imported ${counted(checkpoints.length, "checkpoint")}\n${lines.join("")}`;
}

function contentText({ id, fileCount, totalBytes }: Checkpoint): string {
  return `${safe(id)}: ${counted(fileCount, "file")}, ${byteSize(totalBytes)}`;
}

function originText({ id, importedFrom }: Checkpoint): string {
  if (importedFrom === null) return "";
  return importedFrom.id === id ? "" : ` (${safe(importedFrom.id)} where it was made)`;
}
