import type { Checkpoint, CheckpointSize } from "../checkpoint/index.js";
import type { StateSnapshot } from "../formats/index.js";
import { byteSize, durationText, utcTime } from "../platform/index.js";
import { markup, shown, shownLines, type Html } from "./markup.js";
import { counted, titleOf } from "./words.js";

const MOST_TAGS = 12;
const MOST_NOTES = { signs: 1000, lines: 20 } as const;

/** One checkpoint in the timeline. */
export function checkpointItem(checkpoint: Checkpoint, size: CheckpointSize | undefined): Html {
  const { id, type, createdAt, notes } = checkpoint;
  const result = resultOf(checkpoint);
  return markup`<li class="checkpoint ${result?.kind ?? "plain"} type-${type}" id="${id}">
    <h3>${shown(titleOf(checkpoint))}</h3>
    <p class="head">
      <time datetime="${createdAt}">${utcTime(createdAt)}</time>
      <span class="badge">${type.replaceAll("_", " ")}</span>
      ${result === null ? null : markup`<span class="badge ${result.kind}">${result.text}</span>`} ${marksOf(checkpoint)}
    </p>
    ${notes === null || notes === "" ? null : markup`<p class="notes">${shownLines(notes, MOST_NOTES)}</p>`}
    <ul class="facts" role="list">
      ${factsOf(checkpoint, size).map((fact) => markup`<li>${fact}</li>`)}
    </ul>
    ${tagsOf(checkpoint)}
  </li>`;
}

/** How it went, in words and in a colour. */
function resultOf({ success, runState, run }: Checkpoint): { kind: "success" | "failed" | "open"; text: string } | null {
  if (runState === "interrupted") return { kind: "failed", text: "✗ interrupted" };
  if (runState === "running") return { kind: "open", text: "… running" };
  const ending = run === null ? "" : run.signal !== null ? ` (${run.signal})` : run.exitCode ? ` (exit ${run.exitCode})` : "";
  if (success === null) return null;
  return success ? { kind: "success", text: "✓ success" } : { kind: "failed", text: `✗ failed${ending}` };
}

function marksOf({ isPinned, isComplete, rollbackCount, rollbackUsed, importedFrom }: Checkpoint): Html[] {
  const marks = [
    isPinned ? "pinned" : null,
    isComplete ? null : "incomplete",
    rollbackUsed ? `restored ${rollbackCount > 1 ? `${rollbackCount} times` : "once"}` : null,
    importedFrom === null ? null : "imported",
  ];
  return marks.filter((mark) => mark !== null).map((mark) => markup`<span class="badge mark">${mark}</span>`);
}

function factsOf(checkpoint: Checkpoint, size: CheckpointSize | undefined): Html[] {
  const { id, fileCount, totalBytes, gitCommit, gitBranch, phase, taskId, stage, stepNumber, sessionId, workflowId, state, run } =
    checkpoint;
  const commit = gitCommit === null ? "" : gitCommit.slice(0, 10);
  const tookMs = run?.durationMs ?? null;
  const facts: (Html | null)[] = [
    markup`<code>${id}</code>`,
    markup`${counted(fileCount, "file")}, ${byteSize(totalBytes)}`,
    size === undefined ? null : markup`${byteSize(size.uniqueBytes)} of its own on disk`,
    gitCommit === null ? null : markup`git ${gitBranch === null ? null : markup`${shown(gitBranch, 80)}@`}<code>${shown(commit)}</code>`,
    tookMs === null ? null : markup`took ${durationText(tookMs)}`,
    phase === null ? null : markup`phase ${phase}`,
    taskId === null || stepNumber === null ? null : markup`task ${shown(taskId, 80)}${stage === null ? "" : `, ${stage}`}`,
    sessionId === null ? null : markup`<code>${shown(sessionId, 80)}</code>`,
    workflowId === null ? null : markup`workflow ${shown(workflowId, 80)}`,
    state === null ? null : markup`${stateText(state)}`,
  ];
  return facts.filter((fact) => fact !== null);
}

/** Counters that are 0 were mostly not given. */
function stateText(state: StateSnapshot): string {
  const counts: [number, string][] = [
    [state.tasksCompleted, "tasks completed"],
    [state.decisionsMade, "decisions made"],
    [state.filesModified, "files modified"],
    [state.filesCreated, "files created"],
    [state.testsPassing, "tests passing"],
    [state.testsFailing, "tests failing"],
  ];
  const told = counts.filter(([count]) => count > 0).map(([count, name]) => `${count} ${name}`);
  return told.length === 0 ? "state snapshot" : told.join(", ");
}

function tagsOf({ tags, metadata }: Checkpoint): Html | null {
  const labels = [
    ...tags.map((tag) => shown(tag, 80)),
    ...Object.entries(metadata).map(([key, value]) => markup`${shown(key, 80)}=${shown(value, 80)}`),
  ];
  if (labels.length === 0) return null;
  const more = labels.length - MOST_TAGS;
  return markup`<ul class="tags" role="list" aria-label="Tags">
    ${labels.slice(0, MOST_TAGS).map((label) => markup`<li>${label}</li>`)} ${more > 0 ? markup`<li>and ${more} more</li>` : null}
  </ul>`;
}
