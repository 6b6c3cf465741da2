import type { Progress } from "../../index.js";
import { byteSize } from "./byte-size.js";
import type { Pace } from "./progress-pace.js";

const WIDEST_BAR = 24;
const NARROWEST_BAR = 6;

const ACTIVITIES: Readonly<Record<Progress["activity"], string>> = {
  scan: "Looking at files",
  capture: "Storing files",
  flush: "Making it durable",
  stage: "Preparing files",
  apply: "Restoring files",
  verify: "Checking files",
  remove: "Removing files",
  pack: "Packing files",
  unpack: "Unpacking files",
  measure: "Measuring files",
  compare: "Comparing checkpoints",
};

/** One line about what is being done, with a bar where the total is known and there is room, cut to the width of the terminal. */
export function progressText(progress: Progress, pace: Pace, columns: number): string {
  const most = Math.max(columns - 1, 0);
  const activity = ACTIVITIES[progress.activity];
  const share = shareOf(progress);
  const facts = factsOf(progress, pace);
  if (share === null) return (facts.length === 0 ? `${activity} …` : `${activity}: ${facts.join(" | ")}`).slice(0, most);
  const end = [`${Math.floor(share * 100)}%`, ...facts].join(" | ");
  const room = Math.min(most - activity.length - end.length - " [] ".length, WIDEST_BAR);
  return `${activity}${room < NARROWEST_BAR ? "" : ` ${drawBar(share, room)}`} ${end}`.slice(0, most);
}

function factsOf({ doneEntries, totalEntries, doneBytes, totalBytes }: Progress, { bytesPerSecond, secondsLeft }: Pace): string[] {
  const facts: string[] = [];
  if (doneEntries > 0 || totalEntries !== null) facts.push(`${doneEntries}${totalEntries === null ? "" : ` of ${totalEntries}`}`);
  if (doneBytes > 0) facts.push(`${byteSize(doneBytes)}${totalBytes === null ? "" : ` of ${byteSize(totalBytes)}`}`);
  if (bytesPerSecond !== null) facts.push(`${byteSize(bytesPerSecond)}/s`);
  if (secondsLeft !== null) facts.push(`${leftText(secondsLeft)} left`);
  return facts;
}

/** Bytes tell more than counts where both are known; null where neither total is. */
function shareOf({ doneBytes, totalBytes, doneEntries, totalEntries }: Progress): number | null {
  if (totalBytes !== null && totalBytes > 0) return Math.min(doneBytes / totalBytes, 1);
  if (totalEntries !== null && totalEntries > 0) return Math.min(doneEntries / totalEntries, 1);
  return null;
}

/** As a clock has it, so that it takes little room: `0:07`, `12:30`, `1:02:03`. */
function leftText(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

function drawBar(share: number, width: number): string {
  const done = Math.round(share * width);
  return `[${"=".repeat(done)}${"-".repeat(width - done)}]`;
}
