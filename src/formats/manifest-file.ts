import { gzipSync } from "node:zlib";
import { FormatTooNewError, ManifestUnusableError, messageOf } from "../errors/index.js";
import { printablePath } from "../platform/index.js";
import { formatHeldText } from "./held-text.js";
import type { DirectoryEntry, Manifest, TreeEntry } from "./manifest.js";
import type { RelativePath } from "./names.js";
import { MANIFEST_FORMAT_VERSION, readManifestText } from "./manifest-text.js";
import {
  decodeDirectory,
  decodeUncaptured,
  FILE_COLUMNS,
  formatFolderIdentity,
  formatMode,
  formatRow,
  joinRows,
  parseFolderIdentity,
  SYMLINK_COLUMNS,
} from "./manifest-rows.js";
import { formatRecord, isJsonObject, parseRecord, type JsonObject } from "./record-form.js";
import { validateManifest } from "./generated/validate-manifest.js";

/** From this size on the text is compressed; its first bytes tell. */
const COMPRESS_FROM_BYTES = 256 * 1024;

/**
 * Gives the bytes of a manifest file: one JSON document, one line per entry, grouped by folder so that no path is
 * written twice.
 * @param knownRows the rows of files, by path, that need not be written anew because an earlier manifest has them
 */
export function encodeManifest(manifest: Manifest, knownRows?: ReadonlyMap<RelativePath, string>): Buffer {
  const text = Buffer.from(formatManifestText(manifest, knownRows));
  return text.length < COMPRESS_FROM_BYTES ? text : gzipSync(text, { level: 1 });
}

/** Gives the text of a manifest, uncompressed whatever its size. */
export function formatManifestText(manifest: Manifest, knownRows: ReadonlyMap<RelativePath, string> = new Map()): string {
  const head = {
    format_version: MANIFEST_FORMAT_VERSION,
    change_id: manifest.changeId,
    checkpoint: formatRecord(manifest.checkpoint),
    scope: manifest.scope,
    scan_started_ns: manifest.scanStartedNs.toString(),
    ...(manifest.durableFolder === null ? {} : { durable_folder: formatFolderIdentity(manifest.durableFolder) }),
    ignore_rules: manifest.ignoreRules,
    uncaptured: manifest.uncaptured.map(({ path, reason, detail }) => ({ path: formatHeldText(path), reason, detail })),
    file_columns: FILE_COLUMNS,
    symlink_columns: SYMLINK_COLUMNS,
  };
  const folders = groupByDirectory(manifest.entries, knownRows).map(formatDirectory);
  return `${JSON.stringify(head, null, 1).slice(0, -2)},\n "directories": [\n${folders.join(",\n")}\n ]\n}\n`;
}

/**
 * Lines for `sha256sum -c`, run inside the snapshot folder, or where that folder stands when it is named; coreutils' escaping marks names
 * with a backslash or a line end.
 */
export function formatSha256Sums(manifest: Pick<Manifest, "entries">, folder?: string): string {
  const lines: string[] = [];
  for (const entry of manifest.entries) {
    if (entry.type !== "file") continue;
    const path = folder === undefined ? entry.path : `${folder}/${entry.path}`;
    const needsEscape = /[\\\n\r]/.test(path);
    const name = needsEscape ? path.replace(/\\/g, "\\\\").replace(/\n/g, "\\n").replace(/\r/g, "\\r") : path;
    // `-` alone would mean the standard input.
    lines.push(`${needsEscape ? "\\" : ""}${entry.sha256}  ${name === "-" ? "./-" : name}\n`);
  }
  return lines.join("");
}

/**
 * Reads the bytes of a manifest file, or its text, and checks all of it: every path stays below the directory, every parent is there, no
 * path stands twice.
 * @throws ManifestUnusableError, FormatTooNewError
 */
export function decodeManifest(content: Uint8Array | string, path: string): Manifest {
  const json = parseDocument(content, path);
  const version = json["format_version"];
  if (Number.isInteger(version) && (version as number) > MANIFEST_FORMAT_VERSION) {
    throw new FormatTooNewError(path, version as number, MANIFEST_FORMAT_VERSION);
  }
  if (!validateManifest(json)) {
    const first = validateManifest.errors?.[0];
    throw new ManifestUnusableError(path, `${first?.instancePath || "the document"} ${first?.message ?? "is not as the schema says"}`);
  }
  try {
    const entries = decodeEntries(json["directories"] as JsonObject[]);
    return {
      checkpoint: parseRecord(json["checkpoint"] as JsonObject),
      changeId: json["change_id"] as string,
      scope: json["scope"] as Manifest["scope"],
      scanStartedNs: BigInt(json["scan_started_ns"] as string),
      durableFolder: parseFolderIdentity(json["durable_folder"]),
      ignoreRules: json["ignore_rules"] as string[],
      uncaptured: (json["uncaptured"] as JsonObject[]).map(decodeUncaptured),
      entries,
    };
  } catch (error) {
    throw new ManifestUnusableError(path, messageOf(error), error);
  }
}

function parseDocument(content: Uint8Array | string, path: string): JsonObject {
  try {
    const json: unknown = JSON.parse(typeof content === "string" ? content : readManifestText(content));
    if (isJsonObject(json)) return json;
  } catch (error) {
    throw new ManifestUnusableError(path, `cannot be read (${messageOf(error)})`, error);
  }
  throw new ManifestUnusableError(path, "is not a JSON object");
}

interface DirectoryGroup {
  directory: DirectoryEntry;
  files: string[];
  symlinks: string[];
}

function groupByDirectory(entries: readonly TreeEntry[], knownRows: ReadonlyMap<RelativePath, string>): DirectoryGroup[] {
  const groups = new Map<string, DirectoryGroup>();
  for (const entry of entries) {
    if (entry.type === "directory") {
      groups.set(entry.path, { directory: entry, files: [], symlinks: [] });
      continue;
    }
    const slash = entry.path.lastIndexOf("/");
    const group = groups.get(slash < 0 ? "" : entry.path.slice(0, slash));
    if (group === undefined) throw new Error(`${printablePath(entry.path)} comes before its folder`);
    const row = knownRows.get(entry.path) ?? formatRow(entry, formatHeldText(entry.path.slice(slash + 1)));
    (entry.type === "file" ? group.files : group.symlinks).push(row);
  }
  return [...groups.values()];
}

function formatDirectory({ directory, files, symlinks }: DirectoryGroup): string {
  const own = {
    path: formatHeldText(directory.path),
    mode: formatMode(directory.mode),
    mtime_ns: directory.mtimeNs.toString(),
    uid: directory.uid,
    gid: directory.gid,
    ino: directory.ino.toString(),
    ctime_ns: directory.ctimeNs.toString(),
  };
  return `  ${JSON.stringify(own).slice(0, -1)},"files":[${joinRows(files)}],"symlinks":[${joinRows(symlinks)}]}`;
}

function decodeEntries(directories: readonly JsonObject[]): TreeEntry[] {
  const entries: TreeEntry[] = [];
  const folders = new Set<string>();
  const others = new Set<string>();
  for (const json of directories) {
    const decoded = decodeDirectory(json);
    const { path } = decoded.directory;
    const parent = path.slice(0, Math.max(path.lastIndexOf("/"), 0));
    if (folders.size === 0 ? path !== "" : !folders.has(parent)) throw new Error(`the folder of ${printablePath(path)} is missing`);
    if (folders.has(path) || others.has(path)) throw new Error(`${printablePath(path)} stands twice`);
    folders.add(path);
    entries.push(decoded.directory);
    for (const entry of decoded.entries) {
      if (folders.has(entry.path) || others.has(entry.path)) throw new Error(`${printablePath(entry.path)} stands twice`);
      others.add(entry.path);
      entries.push(entry);
    }
  }
  return entries;
}
