import { STATE_COUNTERS, type Checkpoint, type Manifest, type TreeEntry, type UncapturedPath } from "../../index.js";
import { counterWord } from "../flags.js";
import { checkpointBlock, indented } from "./checkpoint-block.js";
import { commandText } from "./command-text.js";
import { counted } from "./counted.js";
import { reasonText } from "./reason-text.js";
import { safe } from "./safe-text.js";
import { sizeText } from "./size-text.js";
import { durationText, utcTime } from "./time-text.js";

/** The text of `stepback show`: the block of the list, and all else that is known. */
export function detailsText(checkpoint: Checkpoint & { uniqueBytes: number | null }): string {
  const { fileCount, gitBranch, id, importedFrom, metadata, phase, rollbackCount, sessionId } = checkpoint;
  const { state, stepNumber, storedPath, totalBytes, type, uniqueBytes, workflowId } = checkpoint;
  const lines: (string | false)[] = [
    stepNumber !== null && `Type: ${safe(type)}`,
    phase !== null && `Phase: ${safe(phase)}`,
    sessionId !== null && `Session: ${safe(sessionId)}`,
    workflowId !== null && `Workflow: ${safe(workflowId)}`,
    state !== null && `State: ${stateText(state)}`,
    gitBranch !== null && `Branch: ${safe(gitBranch)}`,
    ...Object.entries(metadata).map(([key, value]) => `Metadata: ${safe(key)}=${safe(value)}`),
    ...runLines(checkpoint.run),
    importedFrom !== null && `Imported from: ${safe(importedFrom.changeId)}${importedFrom.id === id ? "" : ` (${safe(importedFrom.id)})`}`,
    rollbackCount > 0 && `Rolled back to: ${counted(rollbackCount, "time")}`,
    `Size: ${counted(fileCount, "file")}, ${sizeText({ logicalBytes: totalBytes, uniqueBytes })}`,
    `Snapshot: ${safe(storedPath)}`,
  ];
  return checkpointBlock(checkpoint) + indented(lines.filter((line) => line !== false));
}

/** The counters that count something. */
function stateText(state: NonNullable<Checkpoint["state"]>): string {
  const used = STATE_COUNTERS.filter((counter) => state[counter] > 0);
  return used.map((counter) => `${state[counter]} ${counterWord(counter).replace("_", " ")}`).join(", ") || "nothing counted";
}

function runLines(run: Checkpoint["run"]): string[] {
  if (run === null) return [];
  const lines = [`Command: ${commandText(run.command)}`, `Started: ${safe(utcTime(run.startedAt))}`];
  if (run.durationMs !== null) lines.push(`Duration: ${durationText(run.durationMs)}`);
  if (run.verify !== null) {
    const { command, exitCode } = run.verify;
    lines.push(`Verify: ${safe(command)}${exitCode === null ? "" : ` (exit code ${exitCode})`}`);
  }
  return lines;
}

/** The files of `stepback show --files`, with their sizes, and what was left out. */
export function entriesText(entries: Manifest["entries"], uncaptured: readonly UncapturedPath[]): string {
  const rows = entries.filter((entry) => entry.path !== "").map((entry) => ({ size: entrySizeText(entry), name: nameText(entry) }));
  const width = Math.max(0, ...rows.map(({ size }) => size.length));
  const leftOut = uncaptured.map(({ path, reason, detail }) => `! Not captured: ${safe(path)} (${reasonText(reason, detail)})\n`);
  return rows.map(({ size, name }) => `  ${size.padStart(width)}  ${name}\n`).join("") + leftOut.join("");
}

function entrySizeText(entry: TreeEntry): string {
  return entry.type === "file" ? String(entry.size) : "-";
}

function nameText(entry: TreeEntry): string {
  if (entry.type === "directory") return `${safe(entry.path)}/`;
  return entry.type === "symlink" ? `${safe(entry.path)} -> ${safe(entry.target)}` : safe(entry.path);
}
