import { InvalidArgumentError, WorkflowNotFoundError, WorkflowUnfinishedError } from "../errors/index.js";
import { isWorkflowId, parseWorkflow, type WorkflowRecord } from "../formats/index.js";
import { bringWorkflowBack, readWorkflowBytes, setWorkflowAside, workflowsSetAside, type Store } from "../store/index.js";
import { newRecord, type NewWorkflow } from "./change-record.js";
import { assertNotRunning } from "./claim.js";
import { isFinished, type RecordFile } from "./record-file.js";

interface BeginOptions {
  now: Date;
  /** Begins anew although the workflow was begun before. */
  restart: boolean;
  /** Sets another unfinished workflow aside. */
  force: boolean;
}

/**
 * Gives the record to go on with, under the lock: that of the workflow where it was begun, else a new one, which is not saved yet.
 * Another workflow gives way when it is finished, or when the caller insists; its record is kept.
 * @throws WorkflowRunningError, WorkflowUnfinishedError, WorkflowUnusableError when the record that is there cannot be read: it is never replaced then
 */
export function beginWorkflow(store: Store, file: RecordFile, wanted: NewWorkflow, { now, restart, force }: BeginOptions): WorkflowRecord {
  const current = file.read();
  if (current?.id === wanted.id && !restart) return current;
  makeWay(store, current, { wantedId: wanted.id, force, restart });
  const earlier = restart ? null : bringBackUnfinished(store, file, wanted.id);
  return earlier ?? newRecord(wanted, now);
}

/** Makes the workflow of an id the current one. @throws WorkflowNotFoundError, WorkflowRunningError, WorkflowUnfinishedError */
export function bringBack(store: Store, file: RecordFile, id: string, force: boolean): WorkflowRecord {
  const current = file.read();
  if (current?.id === id) return current;
  const found = findSetAside(store, id);
  if (found === null) throw new WorkflowNotFoundError(`'${id}'`, "`stepback workflow status` shows the current one.");
  makeWay(store, current, { wantedId: id, force });
  bringWorkflowBack(store, found.path);
  return file.read() ?? found.record;
}

/** @throws InvalidArgumentError */
export function assertWorkflowId(id: string): string {
  if (isWorkflowId(id)) return id;
  throw new InvalidArgumentError("workflow id", id, "up to 100 letters, digits, dots, dashes and underscores");
}

/** Nobody's force takes the record from a runner that is alive. */
function makeWay(
  store: Store,
  current: WorkflowRecord | null,
  { wantedId, force, restart = false }: { wantedId: string; force: boolean; restart?: boolean },
): void {
  if (current === null) return;
  assertNotRunning(current, store.path, { force });
  const mayGoAside = isFinished(current) || force || (restart && current.id === wantedId);
  if (!mayGoAside) throw new WorkflowUnfinishedError(current.id, wantedId);
  setWorkflowAside(store, current.id);
}

function bringBackUnfinished(store: Store, file: RecordFile, id: string): WorkflowRecord | null {
  const found = findSetAside(store, id);
  if (found === null || isFinished(found.record)) return null;
  bringWorkflowBack(store, found.path);
  return file.read();
}

/** The newest record of an id among those that were set aside. */
export function findSetAside(store: Store, id: string): { path: string; record: WorkflowRecord } | null {
  const own = workflowsSetAside(store).filter((path) => isNamedAfter(path, id));
  const read = own.map((path) => ({ path, record: parseWorkflow((readWorkflowBytes(path) ?? Buffer.alloc(0)).toString(), path) }));
  const newest = read.filter(({ record }) => record.id === id).sort((one, other) => compare(one.record.updatedAt, other.record.updatedAt));
  return newest.at(-1) ?? null;
}

/** Others may be torn, which is nobody's business here. */
function isNamedAfter(path: string, id: string): boolean {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  return name.replace(/(~\d+)?\.json$/, "") === id;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
