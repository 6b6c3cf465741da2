import { userInfo } from "node:os";
import { hasCode, InvalidArgumentError } from "../errors/index.js";
import type { SessionEvent, SessionOwner } from "../formats/index.js";
import { readIdentityOf, readOwnIdentity, readPeakMemory } from "../platform/index.js";
import type { OwnerRequest, Usage } from "./requests.js";

/** Finds out who a session belongs to; @throws InvalidArgumentError for a process that is not there */
export function identifyOwner({ pid = process.pid, name = null }: OwnerRequest): SessionOwner {
  const identity = pid === null ? { ...readOwnIdentity(), pid: null, startTime: null } : readIdentityOf(pid);
  if (identity === null) throw new InvalidArgumentError("owner's process", pid, "the number of a running process");
  if (name !== null && (name.trim() === "" || name.length > 200)) throw new InvalidArgumentError("owner", name, "a name");
  return { name, user: readUserName(), ...identity };
}

/** The most memory that an owner's process held so far, for an event; what the caller says of it wins. */
export function peakMemoryOf({ pid, host, bootId }: SessionOwner, { memoryBytes }: Usage): Pick<SessionEvent, "memoryBytes"> {
  const here = readOwnIdentity();
  if (memoryBytes !== undefined || pid === null || host !== here.host || bootId !== here.bootId) return {};
  const peak = readPeakMemory(pid);
  return peak === null ? {} : { memoryBytes: peak };
}

/** Some containers have no name for the user they run as. */
function readUserName(): string | null {
  try {
    return userInfo().username;
  } catch (error) {
    if (hasCode(error, "ERR_SYSTEM_ERROR", "ENOENT")) return process.getuid === undefined ? null : `uid ${process.getuid()}`;
    throw error;
  }
}
