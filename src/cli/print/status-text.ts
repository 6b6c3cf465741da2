import { formatDistanceStrict } from "date-fns/formatDistanceStrict";
import type { StatusReport } from "../../index.js";
import { byteSize } from "./byte-size.js";
import { shortCommit } from "./checkpoint-block.js";
import { safe } from "./safe-text.js";
import { utcTime } from "./time-text.js";

/** The text of `stepback status`. */
export function statusText(report: StatusReport, now: Date): string {
  const facts: [name: string, value: string | null][] = [
    ["Change", safe(report.changeId)],
    ["Directory", safe(report.directory)],
    ["Store", safe(report.storePath)],
    ["Checkpoints", countsText(report)],
    ["Clean", cleanableText(report.cleanable)],
    ["Latest", report.latest === null ? null : `${safe(report.latest.id)} (${age(report.latest.createdAt, now)})`],
    ["Since then", changesText(report.changes)],
    ["Last successful step", report.lastSuccessfulStep === null ? null : String(report.lastSuccessfulStep)],
    ["Git", gitText(report.git)],
  ];
  const lines = facts.filter((fact): fact is [string, string] => fact[1] !== null).map(([name, value]) => `${name}: ${value}\n`);
  return lines.join("") + attentionText(report);
}

function countsText({ checkpoints, backups, pinned, storeBytes }: StatusReport): string {
  const parts = [backups > 0 && `${backups} backup${backups === 1 ? "" : "s"}`, pinned > 0 && `${pinned} pinned`].filter(Boolean);
  return `${checkpoints}${parts.length === 0 ? "" : ` (${parts.join(", ")})`}, ${byteSize(storeBytes)} on disk`;
}

function cleanableText(cleanable: StatusReport["cleanable"]): string | null {
  if (cleanable === null || cleanable.checkpoints === 0) return null;
  return `would remove ${cleanable.checkpoints} and free ${byteSize(cleanable.freedBytes)}`;
}

function changesText(changes: StatusReport["changes"]): string | null {
  if (changes === null) return null;
  const { added, changed, removed } = changes;
  return added + changed + removed === 0 ? "no changes" : `${added} added, ${changed} changed, ${removed} removed`;
}

function gitText(git: StatusReport["git"]): string | null {
  return git === null ? null : shortCommit(git.commit) + (git.branch === null ? "" : ` (branch ${safe(git.branch)})`);
}

/** What somebody should look at. */
function attentionText({ interrupted, running, unfinishedRestore, lock, incomplete, gitMismatch }: StatusReport): string {
  const lines = [
    ...incomplete.map((what) => `⚠ incomplete: ${safe(what)}`),
    ...(gitMismatch === null ? [] : [`⚠ ${safe(gitMismatch)}`]),
    ...running.map((id) => `… running: the step of ${safe(id)}`),
    ...interrupted.map((id) => `⚠ interrupted: the step of ${safe(id)}`),
    ...(unfinishedRestore === null
      ? []
      : [
          `⚠ unfinished: the restore of ${safe(unfinishedRestore.target)}, started ${safe(utcTime(unfinishedRestore.startedAt))}; \`stepback repair\` finishes it`,
        ]),
    ...(lock === null ? [] : [`! locked by ${safe(lock.description)}`]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function age(isoMoment: string, now: Date): string {
  return formatDistanceStrict(new Date(isoMoment), now, { addSuffix: true });
}
