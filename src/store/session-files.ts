import { lstatSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { hasCode, messageOf, SessionNotFoundError, SessionUnusableError, StepbackError } from "../errors/index.js";
import { formatSession, isSessionId, parseSession, type SessionId, type SessionRecord } from "../formats/index.js";
import { isThere, readPlainFile, removeFile, replaceFile, syncFolder, toStorageError } from "../platform/index.js";
import { makeFolder } from "./create-store.js";
import type { Store } from "./open-store.js";
import { ACTIVE_SESSION_NAME } from "./session-mark.js";
import type { StoreWriter } from "./writer.js";

/**
 * Reads the session that was not ended; null when there is none.
 *
 * There is one file for it, so two can never be active. Its own file is the commit point of its end: where that one is there, the session
 * has ended, and `active.json` is what a crash left.
 * @throws SessionUnusableError, FormatTooNewError
 */
export function readActiveSession(store: Store): SessionRecord | null {
  const session = readSessionFile(store, ACTIVE_SESSION_NAME);
  if (session === undefined || isThere(sessionPath(store, session.sessionId))) return null;
  return session;
}

/** Reads a session that is over, or the active one; @throws SessionNotFoundError, SessionUnusableError, FormatTooNewError */
export function readSession(store: Store, id: SessionId): SessionRecord {
  const closed = readSessionFile(store, `${id}.json`);
  if (closed !== undefined) {
    if (closed.sessionId !== id) throw new SessionUnusableError(sessionPath(store, id), `is the record of ${closed.sessionId}`);
    return closed;
  }
  const active = readActiveSession(store);
  if (active?.sessionId !== id) throw new SessionNotFoundError(id);
  return active;
}

/** Every session, oldest first, the active one included; what cannot be read is skipped with a warning. */
export function listSessions(store: Store): { sessions: SessionRecord[]; warnings: string[] } {
  const sessions: SessionRecord[] = [];
  const warnings: string[] = [];
  const take = (read: () => SessionRecord | null): void => {
    try {
      const session = read();
      if (session !== null) sessions.push(session);
    } catch (error) {
      if (!(error instanceof StepbackError)) throw error;
      warnings.push(error.message);
    }
  };
  for (const id of closedSessionIds(store)) take(() => readSession(store, id));
  take(() => readActiveSession(store));
  return {
    sessions: sessions.sort((one, other) => compare(one.startedAt, other.startedAt) || compare(one.sessionId, other.sessionId)),
    warnings,
  };
}

/** Tells whether a session of that id is or was there. */
export function isSessionIdTaken(store: Store, id: SessionId): boolean {
  return isThere(sessionPath(store, id));
}

/** Replaces the record of the active session, durably and atomically. */
export function saveActiveSession(writer: StoreWriter, session: SessionRecord): void {
  const { store, durability } = writer;
  makeSessionFolder(store);
  replaceFile(join(store.sessionsPath, ACTIVE_SESSION_NAME), formatSession(session), { durability });
}

/** Writes the record of a session that is over under its own name, which ends it, and then removes `active.json`. */
export function closeActiveSession(writer: StoreWriter, session: SessionRecord): void {
  const { store, durability } = writer;
  makeSessionFolder(store);
  replaceFile(sessionPath(store, session.sessionId), formatSession(session), { durability });
  try {
    removeFile(join(store.sessionsPath, ACTIVE_SESSION_NAME));
    if (durability === "full") syncFolder(store.sessionsPath);
  } catch (error) {
    throw toStorageError(error, store.sessionsPath);
  }
}

/** Moves an `active.json` that cannot be used out of the way; gives its new path. */
export function setBrokenSessionAside(store: Store): string {
  const path = join(store.sessionsPath, ACTIVE_SESSION_NAME);
  let target = `${path}.broken`;
  for (let number = 2; isThere(target); number += 1) target = `${path}.broken-${number}`;
  try {
    renameSync(path, target);
    syncFolder(store.sessionsPath);
  } catch (error) {
    throw toStorageError(error, path);
  }
  return target;
}

function sessionPath(store: Store, id: SessionId): string {
  return join(store.sessionsPath, `${id}.json`);
}

function readSessionFile(store: Store, name: string): SessionRecord | undefined {
  const path = join(store.sessionsPath, name);
  assertPlainFolder(store);
  try {
    const bytes = readPlainFile(path);
    return bytes === undefined ? undefined : parseSession(bytes.toString("utf8"), path);
  } catch (error) {
    if (hasCode(error, "ENOTDIR")) return undefined;
    if (hasCode(error, "ENXIO", "EFBIG", "EACCES", "EIO")) throw new SessionUnusableError(path, messageOf(error), error);
    throw error;
  }
}

function closedSessionIds(store: Store): SessionId[] {
  assertPlainFolder(store);
  try {
    const names = readdirSync(store.sessionsPath).filter((name) => name.endsWith(".json"));
    return names.map((name) => name.slice(0, -".json".length)).filter(isSessionId);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw toStorageError(error, store.sessionsPath);
  }
}

/** A symlink in its place would lead out of the store. */
function assertPlainFolder(store: Store): void {
  const stats = lstatSync(store.sessionsPath, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isDirectory()) throw new SessionUnusableError(store.sessionsPath, "is not a plain folder");
}

function makeSessionFolder(store: Store): void {
  assertPlainFolder(store);
  try {
    if (makeFolder(store.sessionsPath)) syncFolder(store.path);
  } catch (error) {
    throw toStorageError(error, store.sessionsPath);
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
