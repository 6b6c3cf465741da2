import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, utimesSync, type BigIntStats } from "node:fs";
import { join } from "node:path";
import { hasCode, UnsupportedError } from "../errors/index.js";
import { baseName, parentPath, type RelativePath, type TreeEntry } from "../formats/index.js";
import { isSameTime, printablePath, removeTree, toFsPath, toTimestamp } from "../platform/index.js";
import type { LiveLooks } from "./live-looks.js";
import type { RestoreOperation } from "./requests.js";
import { hasOwnerOf } from "./rights.js";
import type { RestoreWork } from "./work.js";

/**
 * Tries out, in the work folder, which lies on the same file system, whether it holds what the restore is going to make.
 *
 * Plain names are not tried: every file system holds them. Attributes are, only where an odd mode and time do not stay.
 * @throws UnsupportedError before anything is touched
 */
export async function probeFileSystem(looks: LiveLooks, work: RestoreWork, operations: readonly RestoreOperation[]): Promise<void> {
  const folder = join(work.path, "probe");
  mkdirSync(folder, { mode: 0o700 });
  try {
    probeNames(folder, operations);
    assertOwnNames(looks, operations);
    probeAttributes(folder, operations);
  } finally {
    await removeTree(folder);
  }
}

/** A staged file or symlink must have got the attributes that it was given. @throws UnsupportedError */
export function assertKept(stats: BigIntStats, entry: TreeEntry, keepOwner: boolean): void {
  if (entry.type !== "symlink" && (Number(stats.mode) & 0o7777) !== entry.mode) throw unsupported(entry.path, "mode");
  if (!isSameTime(stats.mtimeNs, entry.mtimeNs)) throw unsupported(entry.path, "time");
  if (keepOwner && !hasOwnerOf(stats, entry)) throw unsupported(entry.path, "owner");
}

function unsupported(path: RelativePath, attribute: string): UnsupportedError {
  return new UnsupportedError(printablePath(path), `has a ${attribute} that the directory's file system does not keep`);
}

/** Names that not every file system holds, and those that one of them may take for one. */
function probeNames(folder: string, operations: readonly RestoreOperation[]): void {
  const made = operations.filter(({ before, after, path }) => before === null && after !== null && path !== "");
  const alike = new Map<string, number>();
  for (const { path } of made) alike.set(fold(path), (alike.get(fold(path)) ?? 0) + 1);
  const probes = new Map<RelativePath, string>();
  for (const { path } of made) {
    if (isPlainName(baseName(path)) && alike.get(fold(path)) === 1) continue;
    const parent = parentPath(path);
    const probe = probes.get(parent) ?? join(folder, String(probes.size));
    if (!probes.has(parent)) mkdirSync(probe, { mode: 0o700 });
    probes.set(parent, probe);
    try {
      closeSync(openSync(toFsPath(`${probe}/${baseName(path)}`), "wx", 0o600));
    } catch (error) {
      if (hasCode(error, "EEXIST"))
        throw new UnsupportedError(printablePath(path), "has a name that the directory's file system takes for another's", error);
      if (!hasCode(error, "EILSEQ", "EINVAL", "ENOENT", "ENAMETOOLONG", "EPERM", "EACCES")) throw error;
      throw new UnsupportedError(printablePath(path), `has a name that the directory's file system does not hold (${error.code})`, error);
    }
  }
}

/** As a file system that does not tell capitals from small letters may see it. */
function fold(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

/** Short, of letters, digits and common signs, without a dot or blank at its end. */
function isPlainName(name: string): boolean {
  return name.length <= 100 && /^[\w .,+@#%=~()[\]{}!$&'^;-]*[\w,+@#%=~()[\]{}!$&'^;-]$/.test(name);
}

/** Something stands where nothing was captured, and under another spelling of the name. */
function assertOwnNames(looks: LiveLooks, operations: readonly RestoreOperation[]): void {
  const leaving = new Set(operations.filter(({ before }) => before !== null).map(({ path }) => fold(path)));
  for (const { path, before } of operations) {
    if (before !== null || path === "" || looks.lookAt(path) === undefined || leaving.has(fold(path))) continue;
    if (looks.readNames(parentPath(path)).includes(baseName(path))) continue;
    throw new UnsupportedError(printablePath(path), "has a name that the directory's file system takes for another's");
  }
}

/** An odd mode and a time to the microsecond. */
const ODD = { mode: 0o751, mtimeNs: 1_111_111_111_123_457_000n };

function probeAttributes(folder: string, operations: readonly RestoreOperation[]): void {
  const probe = join(folder, "attributes");
  mkdirSync(probe, { mode: 0o700 });
  if (keeps(probe, ODD) === null) return;
  for (const { kind, path, after } of operations) {
    // What is staged is looked at itself.
    if (after === null || after.type === "symlink" || (kind !== "retouch" && after.type === "file")) continue;
    const lost = keeps(probe, after);
    if (lost !== null) throw unsupported(path, lost);
  }
}

function keeps(probe: string, wanted: { mode: number; mtimeNs: bigint }): "mode" | "time" | null {
  const time = toTimestamp(wanted.mtimeNs);
  try {
    chmodSync(probe, wanted.mode);
  } catch (error) {
    if (!hasCode(error, "EPERM", "ENOTSUP", "EOPNOTSUPP", "EINVAL", "ENOSYS")) throw error;
    return "mode";
  }
  utimesSync(probe, time, time);
  const stats = lstatSync(probe, { bigint: true });
  if ((Number(stats.mode) & 0o7777) !== wanted.mode) return "mode";
  return isSameTime(stats.mtimeNs, wanted.mtimeNs) ? null : "time";
}
