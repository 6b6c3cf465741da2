import { createHash } from "node:crypto";
import { byteSize, utcTime } from "../platform/index.js";
import type { ReportRow } from "../session/index.js";
import { activityChart } from "./activity-chart.js";
import { growthCharts } from "./growth-chart.js";
import { Html, markup, shown } from "./markup.js";
import type { PageMaterial } from "./material.js";
import { STYLE } from "./style.js";
import { percentText, reportSection, sessionsSection, tasksSection } from "./table-sections.js";
import { timelineSection } from "./timeline-section.js";
import { capitalized, counted } from "./words.js";

/** Every page has this in its first lines, and nothing that lacks it is overwritten by one. */
export const PAGE_MARK = '<meta name="generator" content="stepback report">';

const MOST_WARNINGS = 20;

/** Makes the page; pure. It holds all that it shows: no script, and nothing that a browser would ask for elsewhere. */
export function renderPage(material: PageMaterial): string {
  const sections = {
    activity: activitySection(material),
    growth: growthSection(material),
    work: reportSection(material),
    sessions: sessionsSection(material),
    tasks: tasksSection(material),
    timeline: timelineSection(material),
  };
  const present = Object.entries(sections).filter(([, section]) => section !== null);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${new Html(PAGE_MARK)}
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${hashOf(STYLE)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${material.changeId}: checkpoints</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#timeline">Skip to the timeline</a>
<header>
<p class="maker">stepback report</p>
<h1>${shown(material.changeId)}</h1>
<p class="hint">${spanText(material)}</p>
</header>
<nav aria-label="Sections">
<ul role="list">${present.map(([name]) => markup`<li><a href="#${name}">${capitalized(name)}</a></li>`)}</ul>
</nav>
<main>
${warningsOf(material)}
${numbersOf(material)}
${present.map(([, section]) => section)}
</main>
<footer><p>Made by stepback on ${utcTime(material.now.toISOString())} UTC. What was cleaned away is not in it.</p></footer>
</body>
</html>
`.text;
}

function spanText({ checkpoints }: PageMaterial): string {
  const [first, last] = [checkpoints[0], checkpoints.at(-1)];
  if (first === undefined || last === undefined) return "No checkpoints";
  return `${counted(checkpoints.length, "checkpoint")} from ${utcTime(first.createdAt)} to ${utcTime(last.createdAt)} UTC`;
}

function numbersOf({ summary, restores, sessions, report, growth, checkpoints }: PageMaterial): Html {
  const last = growth.at(-1);
  const numbers: [name: string, value: string, remark: string | null][] = [
    ["Checkpoints", String(summary.total), summary.pinned > 0 ? `${summary.pinned} pinned` : null],
    ["Restores", String(restores.length), null],
    ["Sessions", String(sessions.length), null],
    ["Success", percentText(report.total.successRatio), successRemark(report.total)],
    ["Directory", byteSize(last?.logicalBytes ?? 0), last === undefined ? null : counted(last.last.fileCount, "file")],
    ["Store on disk", byteSize(last?.occupiedBytes ?? 0), copiesRemark(checkpoints, last?.occupiedBytes ?? 0)],
  ];
  return markup`<dl class="numbers">
    ${numbers.map(([name, value, remark]) => {
      return markup`<div>
        <dt>${name}</dt>
        <dd>${value}${remark === null ? null : markup` <small>${remark}</small>`}</dd>
      </div>`;
    })}
  </dl>`;
}

/** Of very small files whole blocks are taken, which full copies would take as well. */
function copiesRemark(checkpoints: PageMaterial["checkpoints"], occupiedBytes: number): string | null {
  const asCopies = checkpoints.reduce((sum, { totalBytes }) => sum + totalBytes, 0);
  return asCopies > occupiedBytes ? `${byteSize(asCopies)} as full copies` : null;
}

/** What the ratio is of. */
function successRemark({ tasksCompleted, tasksFailed, stepsSucceeded, stepsFailed }: ReportRow): string | null {
  const all = tasksCompleted + tasksFailed + stepsSucceeded + stepsFailed;
  return all === 0 ? null : `of ${counted(all, "step or task", "steps and tasks")}`;
}

function activitySection(material: PageMaterial): Html | null {
  const chart = activityChart(material);
  return chart === null
    ? null
    : markup`<section id="activity" aria-labelledby="activity-title">
        <h2 id="activity-title">Activity</h2>
        ${chart}
      </section>`;
}

function growthSection(material: PageMaterial): Html | null {
  const charts = growthCharts(material);
  return charts === null
    ? null
    : markup`<section id="growth" aria-labelledby="growth-title">
        <h2 id="growth-title">Growth</h2>
        ${charts}
      </section>`;
}

function warningsOf({ warnings }: PageMaterial): Html | null {
  if (warnings.length === 0) return null;
  const more = warnings.length - MOST_WARNINGS;
  return markup`<aside class="warnings" aria-label="Warnings">
    <ul>
      ${warnings.slice(0, MOST_WARNINGS).map((warning) => markup`<li>${shown(warning)}</li>`)} ${more > 0 ? markup`<li>and ${more} more</li>` : null}
    </ul>
  </aside>`;
}

/** The one style that the page may have is its own. */
function hashOf(style: string): string {
  return `sha256-${createHash("sha256").update(style).digest("base64")}`;
}
