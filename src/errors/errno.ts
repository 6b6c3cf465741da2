import { constants } from "node:os";

/** Tells whether an unknown error carries one of the given system error codes (`ENOENT`, `EEXIST`, …). */
export function hasCode(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException {
  const code = codeOf(error);
  return code !== undefined && codes.includes(code);
}

/** Gives the code of an error of the system's or of our own. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return NAMELESS.test(error.code) ? nameOf(error as NodeJS.ErrnoException) : error.code;
}

/** Gives the message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.replace(NAMELESS, (found) => codeOf(error) ?? found);
}

/** What Node calls errors that its portability layer has no name for: EDQUOT of a full quota, ESTALE of a lost network disk, … */
const NAMELESS = /^(UNKNOWN|Unknown system error -?\d+)/;

/** Linux reports damage in a file system's own structures under this number. */
const EUCLEAN = 117;

function nameOf({ code, errno }: NodeJS.ErrnoException): string | undefined {
  const number = Math.abs(errno ?? 0);
  if (number === EUCLEAN && process.platform === "linux") return "EUCLEAN";
  return Object.entries(constants.errno).find(([, value]) => value === number)?.[0] ?? code;
}
