import { randomBytes } from "node:crypto";

/** Gives 16 hexadecimal digits that no other call gives: the tail of temporary names. */
export function randomToken(): string {
  return randomBytes(8).toString("hex");
}
