import { byteSize, durationText, utcTime } from "../platform/index.js";
import type { ReportRow, Session } from "../session/index.js";
import type { TaskView } from "../recovery/index.js";
import { markup, shown, type Html, type Piece } from "./markup.js";
import type { PageMaterial } from "./material.js";

const MOST_ROWS = 40;

interface Column<Row> {
  heading: string;
  cell: (row: Row) => Piece;
  isNumber?: boolean;
}

const REPORT_COLUMNS: readonly Column<ReportRow>[] = [
  { heading: "Period", cell: ({ period }) => period },
  { heading: "Checkpoints", cell: ({ checkpoints }) => checkpoints, isNumber: true },
  { heading: "Restores", cell: ({ restores }) => restores, isNumber: true },
  { heading: "Sessions", cell: ({ sessions }) => sessions, isNumber: true },
  { heading: "Tasks", cell: ({ tasksCompleted, tasksFailed }) => doneText(tasksCompleted, tasksFailed), isNumber: true },
  { heading: "Steps", cell: ({ stepsSucceeded, stepsFailed }) => doneText(stepsSucceeded, stepsFailed), isNumber: true },
  { heading: "Success", cell: ({ successRatio }) => percentText(successRatio), isNumber: true },
  { heading: "Growth", cell: ({ growthBytes }) => growthText(growthBytes), isNumber: true },
];

/** What was done in each day, week or month. */
export function reportSection({ report }: PageMaterial): Html {
  const table = tableOf("Work", REPORT_COLUMNS, { rows: report.rows, total: report.total });
  return markup`<section id="work" aria-labelledby="work-title">
    <h2 id="work-title">Work by ${report.period}</h2>
    ${table}
  </section>`;
}

const SESSION_COLUMNS: readonly Column<Session>[] = [
  { heading: "Session", cell: ({ sessionId }) => markup`<code>${sessionId}</code>` },
  { heading: "About", cell: ({ description }) => (description === null ? "–" : shown(description, 120)) },
  { heading: "Started", cell: ({ startedAt }) => minuteOf(startedAt) },
  {
    heading: "State",
    cell: ({ state, success }) => (success === null ? spaced(state) : `${spaced(state)}, ${success ? "success" : "failed"}`),
  },
  { heading: "Time", cell: ({ metrics }) => durationText(metrics.durationMs), isNumber: true },
  { heading: "Checkpoints", cell: ({ metrics }) => metrics.checkpoints, isNumber: true },
  { heading: "Tasks", cell: ({ metrics }) => doneText(metrics.tasksCompleted, metrics.tasksFailed), isNumber: true },
];

/** Only where somebody told of them. */
const USAGE_COLUMNS: readonly (Column<Session> & { isTold: (session: Session) => boolean })[] = [
  {
    heading: "Tokens",
    cell: ({ metrics }) => metrics.tokens ?? "–",
    isNumber: true,
    isTold: ({ metrics }) => metrics.tokens !== null,
  },
  {
    heading: "Memory",
    cell: ({ metrics }) => (metrics.peakMemoryBytes === null ? "–" : byteSize(metrics.peakMemoryBytes)),
    isNumber: true,
    isTold: ({ metrics }) => metrics.peakMemoryBytes !== null,
  },
];

/** The sessions, the newest at the end; nothing where there are none. */
export function sessionsSection({ sessions }: PageMaterial): Html | null {
  if (sessions.length === 0) return null;
  const columns = [...SESSION_COLUMNS, ...USAGE_COLUMNS.filter(({ isTold }) => sessions.some(isTold))];
  return markup`<section id="sessions" aria-labelledby="sessions-title">
    <h2 id="sessions-title">Sessions</h2>
    ${tableOf("Sessions", columns, { rows: sessions })}
  </section>`;
}

const TASK_COLUMNS: readonly Column<TaskView>[] = [
  { heading: "Task", cell: ({ taskId }) => shown(taskId, 120) },
  { heading: "State", cell: ({ state }) => spaced(state) },
  { heading: "Stages to go back to", cell: ({ options }) => stagesText(options) },
  { heading: "Checkpoints", cell: ({ checkpointCount }) => checkpointCount, isNumber: true },
  { heading: "Rollbacks", cell: ({ recoveries }) => recoveries.length, isNumber: true },
  { heading: "Latest", cell: ({ latest }) => minuteOf(latest.createdAt) },
];

/** The tasks that have checkpoints; nothing where there are none. */
export function tasksSection({ tasks }: PageMaterial): Html | null {
  if (tasks.length === 0) return null;
  return markup`<section id="tasks" aria-labelledby="tasks-title">
    <h2 id="tasks-title">Tasks</h2>
    ${tableOf("Tasks", TASK_COLUMNS, { rows: tasks })}
  </section>`;
}

/** A wide table is moved sideways by itself, with the keys as well. The newest rows are the ones that stay. */
function tableOf<Row>(name: string, columns: readonly Column<Row>[], { rows, total }: { rows: readonly Row[]; total?: Row }): Html {
  const older = rows.length - MOST_ROWS;
  const style = (column: Column<Row>): string => (column.isNumber === true ? "number" : "text");
  const line = (row: Row): Html =>
    markup`${columns.map((column, at) => {
      return at === 0 ? markup`<th scope="row">${column.cell(row)}</th>` : markup`<td class="${style(column)}">${column.cell(row)}</td>`;
    })}`;
  return markup`<div class="wide" role="region" aria-label="${name}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${columns.map((column) => markup`<th scope="col" class="${style(column)}">${column.heading}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${older > 0 ? markup`<tr class="more"><td colspan="${columns.length}">${older} older not shown here</td></tr>` : null}
        ${rows.slice(-MOST_ROWS).map((row) => markup`<tr>${line(row)}</tr>`)}
      </tbody>
      ${total === undefined ? null : markup`<tfoot><tr>${line(total)}</tr></tfoot>`}
    </table>
  </div>`;
}

function stagesText(options: TaskView["options"]): string {
  return options.map(({ stage, isAbandoned }) => `${stage ?? "no stage"}${isAbandoned ? " (left behind)" : ""}`).join(", ");
}

function minuteOf(isoMoment: string): string {
  return utcTime(isoMoment).slice(0, "2026-01-31 12:00".length);
}

function spaced(word: string): string {
  return word.replaceAll("_", " ");
}

function doneText(done: number, failed: number): string {
  return failed === 0 ? String(done) : `${done} of ${done + failed}`;
}

/** `92.5 %`, and a dash where there is nothing to divide by. */
export function percentText(ratio: number | null): string {
  return ratio === null ? "–" : `${Math.round(ratio * 1000) / 10} %`;
}

function growthText(bytes: number | null): string {
  if (bytes === null) return "–";
  return bytes < 0 ? `−${byteSize(-bytes)}` : `+${byteSize(bytes)}`;
}
