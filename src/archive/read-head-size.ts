import { Header } from "tar/header";
import { HEAD_NAME } from "./member.js";

/** The size of an archive's head by its first block; undefined when that is not the block of a head. */
export function readHeadSize(block: Buffer): number | undefined {
  try {
    const { path, type, size, cksumValid } = new Header(block);
    const isHead = cksumValid && path === HEAD_NAME && type === "File" && Number.isSafeInteger(size) && (size as number) > 0;
    return isHead ? size : undefined;
  } catch {
    return undefined;
  }
}
