import type { FileVersion, SeenIn, VersionHistory } from "../../index.js";
import { byteSize } from "./byte-size.js";
import { counted } from "./counted.js";
import { safe } from "./safe-text.js";
import { utcTime } from "./time-text.js";

const SHORT_HASH = 12;

const NOTES: Readonly<Record<VersionHistory["live"], string>> = {
  stored: "",
  unstored: "\n! What stands there now is in no checkpoint.\n",
  absent: "\nIt is not there now.\n",
  unreadable: "\n! What stands there now cannot be read.\n",
};

/** The text of `stepback versions`: each content once, and when the file was gone, in the order of the checkpoints. */
export function versionsText({ path, versions, deletions, live }: VersionHistory): string {
  const events = [
    ...versions.map((version) => ({ sequence: version.first.sequence, text: versionText(version) })),
    ...deletions.map((seen) => ({ sequence: seen.sequence, text: `deleted\n  in ${seenText(seen)}\n` })),
  ];
  const ordered = events.sort((one, other) => one.sequence - other.sequence).map(({ text }) => `${text}\n`);
  return `Versions of '${safe(path)}':\n\n${ordered.join("")}${counted(versions.length, "version")}\n${NOTES[live]}`;
}

function versionText(version: FileVersion): string {
  const { first, last, checkpointCount, isLive } = version;
  const where =
    checkpointCount === 1
      ? `  in ${seenText(first)}\n`
      : `  from ${seenText(first)}\n  to ${seenText(last)}, ${counted(checkpointCount, "checkpoint")}\n`;
  return `${contentText(version)}${isLive ? " (as it is now)" : ""}\n${where}`;
}

function contentText({ sha256, size, target, mode }: FileVersion): string {
  if (sha256 === null) return `-> ${safe(target ?? "")}`;
  return `${sha256.slice(0, SHORT_HASH)}, ${byteSize(size ?? 0)}, mode ${mode.toString(8).padStart(4, "0")}`;
}

function seenText({ id, createdAt }: SeenIn): string {
  return `${safe(id)} (${safe(utcTime(createdAt))})`;
}
