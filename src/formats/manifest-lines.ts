import { formatHeldText, parseHeldText } from "./held-text.js";
import type { CaptureScope, FileEntry, FolderIdentity } from "./manifest.js";
import { formatFileLooks, formatNameCell, joinRows, parseFolderIdentity, parseMode } from "./manifest-rows.js";
import { MANIFEST_FORMAT_VERSION, readManifestText } from "./manifest-text.js";
import { assertSafeName, childPath, isSha256, parentPath, parseRelativePath, type RelativePath, type Sha256 } from "./names.js";
import type { JsonObject } from "./record-form.js";

const DIRECTORIES = ',\n "directories": [\n';
const FOLDER_START = "  {";
const FILES = ',"files":[';
const ROW_START = "   [";
const SYMLINKS = '],"symlinks":[';
const END = " ]";
const SHA256_LENGTH = 64;
/** Name, mode, size, time and hash of a file's row. */
const ROW = /^\[("(?:[^"\\]|\\.)*"|\{[^{}]*\}),"([0-7]{4})",(\d{1,16}),"(-?\d+)","([0-9a-f]{64})",/;

/** A name may look like a hash, but stands before it. */
const LAST_SHA256 = /.*"([0-9a-f]{64})"/;

/** One file of a manifest, as far as its stored copy goes. */
export interface StoredFile {
  path: RelativePath;
  sha256: Sha256;
  mode: number;
  /** Bytes. */
  size: number;
  mtimeNs: bigint;
}

/** The rows of one folder's files. */
interface FolderRows {
  path: RelativePath;
  rows: string[];
  /** Where in the text they begin, and what stands behind them. */
  rowsStart: number;
  restStart: number;
  /** Where the next file is looked for first: whoever asks goes through a folder in the same order. */
  next: number;
  /** The places of the rows by their name cells; made when a file is not where it is expected. */
  places: Map<string, number> | null;
}

interface RowOfFolder {
  folder: FolderRows;
  row: string;
}

/**
 * The files of a manifest as lines of its text: an unchanged file has the same line in the next manifest, so that hardly any of them is
 * ever taken apart.
 *
 * A line counts only where it says, cell by cell, what the caller sees of the file; nothing else in the text is believed.
 */
export class ManifestLines {
  readonly checkpointId: unknown;
  readonly scope: CaptureScope;
  readonly scanStartedNs: bigint;
  readonly durableFolder: FolderIdentity | null;
  readonly #text: string;
  readonly #folders: ReadonlyMap<string, FolderRows>;
  #byContent: ReadonlyMap<string, RowOfFolder[]> | null = null;

  private constructor(text: string, head: JsonObject, folders: readonly FolderRows[]) {
    this.#text = text;
    this.checkpointId = (head["checkpoint"] as JsonObject)["checkpoint_id"];
    this.scope = head["scope"] as CaptureScope;
    this.scanStartedNs = BigInt(head["scan_started_ns"] as string);
    this.durableFolder = parseFolderIdentity(head["durable_folder"]);
    this.#folders = new Map(folders.map((folder) => [folder.path, folder]));
  }

  /** Gives undefined for anything that is not laid out as this version writes it. */
  static parse(bytes: Uint8Array): ManifestLines | undefined {
    try {
      const text = readManifestText(bytes);
      const start = text.indexOf(DIRECTORIES);
      const head = JSON.parse(`${text.slice(0, Math.max(start, 0))}\n}`) as JsonObject;
      if (head["format_version"] !== MANIFEST_FORMAT_VERSION) return undefined;
      const folders = splitLines(text, start + DIRECTORIES.length);
      return folders && new ManifestLines(text, head, folders);
    } catch {
      // Whatever is wrong with it, the reader of whole manifests says so.
      return undefined;
    }
  }

  /** Gives the row and hash of a file that looks exactly the same, stat identity and owner included. */
  findSame(file: Omit<FileEntry, "sha256">): { row: string; sha256: Sha256 } | undefined {
    const slash = file.path.lastIndexOf("/");
    const folder = this.#folders.get(slash < 0 ? "" : file.path.slice(0, slash));
    // An unknown identity (0) matches nothing.
    if (folder === undefined || file.ino === 0n) return undefined;
    const name = formatHeldText(file.path.slice(slash + 1));
    const { before, after } = formatFileLooks(file, name);
    let row = folder.rows[folder.next];
    if (row === undefined || !row.startsWith(before)) {
      const place = placesOf(folder).get(formatNameCell(name));
      if (place === undefined) return undefined;
      folder.next = place;
      row = folder.rows[place] as string;
    }
    folder.next += 1;
    if (row.length !== before.length + SHA256_LENGTH + after.length || !row.startsWith(before) || !row.endsWith(after)) return undefined;
    const sha256 = row.slice(before.length, before.length + SHA256_LENGTH);
    return isSha256(sha256) ? { row, sha256 } : undefined;
  }

  /** Gives the manifest's text without the rows of files that stand in it exactly so, and which files these are. */
  without(known: ReadonlyMap<RelativePath, string>): { text: string; leftOut: Set<RelativePath> } {
    const knownIn = groupByFolder(known);
    const leftOut = new Set<RelativePath>();
    let [text, taken] = ["", 0];
    for (const folder of this.#folders.values()) {
      const pathOf = knownIn.get(folder.path);
      const others = folder.rows.filter((row) => {
        const path = pathOf?.get(row);
        // A row that stands twice is one too many for whoever reads the rest.
        if (path === undefined || leftOut.has(path)) return true;
        leftOut.add(path);
        return false;
      });
      if (others.length === folder.rows.length) continue;
      text += this.#text.slice(taken, folder.rowsStart) + joinRows(others);
      taken = folder.restStart;
    }
    return { text: text + this.#text.slice(taken), leftOut };
  }

  /** Gives what stands for a path, whatever the file looks like now. */
  findStored(path: RelativePath): StoredFile | undefined {
    const slash = path.lastIndexOf("/");
    const folder = this.#folders.get(slash < 0 ? "" : path.slice(0, slash));
    const place = folder && placesOf(folder).get(formatNameCell(formatHeldText(path.slice(slash + 1))));
    return folder && place !== undefined ? decodeStored(folder, folder.rows[place] as string) : undefined;
  }

  /** All folders, parents before children. */
  *folders(): Generator<RelativePath> {
    for (const { path } of this.#folders.values()) yield path;
  }

  /** The files right in a folder whose rows can be read. */
  *storedFilesIn(path: RelativePath): Generator<StoredFile> {
    const folder = this.#folders.get(path);
    for (const row of folder?.rows ?? []) {
      const stored = decodeStored(folder as FolderRows, row);
      if (stored !== undefined) yield stored;
    }
  }

  /** The files with that content whose rows can be read. */
  storedWith(sha256: Sha256): StoredFile[] {
    this.#byContent ??= mapByContent(this.#folders.values());
    const found = (this.#byContent.get(sha256) ?? []).map(({ folder, row }) => decodeStored(folder, row));
    return found.filter((stored): stored is StoredFile => stored?.sha256 === sha256);
  }
}

/** Gives undefined when a line is none that we write. */
function splitLines(text: string, start: number): FolderRows[] | undefined {
  const folders: FolderRows[] = [];
  let open: FolderRows | undefined;
  for (let at = start; ;) {
    const end = text.indexOf("\n", at);
    if (end < 0) return undefined;
    if (text.startsWith(ROW_START, at)) {
      const isLast = !text.startsWith("],", end - 2);
      const rowEnd = isLast ? text.lastIndexOf(SYMLINKS, end) : end - 1;
      open?.rows.push(text.slice(at + ROW_START.length - 1, rowEnd));
      if (isLast && open !== undefined) {
        open.restStart = rowEnd;
        open = undefined;
      }
    } else if (text.startsWith(FOLDER_START, at)) {
      const rowsStart = text.indexOf(FILES, at) + FILES.length;
      open = { path: decodeFolderPath(text.slice(at, end)), rows: [], rowsStart, restStart: rowsStart, next: 0, places: null };
      folders.push(open);
      if (!text.startsWith(FILES, end - FILES.length)) open = undefined;
    } else return text.startsWith(END, at) ? folders : undefined;
    at = end + 1;
  }
}

function decodeFolderPath(line: string): RelativePath {
  const { path } = JSON.parse(`${line.slice(0, line.indexOf(FILES))}}`) as { path: unknown };
  const text = parseHeldText(path);
  if (text === undefined) throw new Error("a folder's path is not text");
  return parseRelativePath(text);
}

function placesOf(folder: FolderRows): Map<string, number> {
  folder.places ??= new Map(folder.rows.map((row, place) => [`[${ROW.exec(row)?.[1]},`, place]));
  return folder.places;
}

function groupByFolder(known: ReadonlyMap<RelativePath, string>): Map<string, Map<string, RelativePath>> {
  const groups = new Map<string, Map<string, RelativePath>>();
  for (const [path, row] of known) {
    const folder = parentPath(path);
    const group = groups.get(folder);
    if (group === undefined) groups.set(folder, new Map([[row, path]]));
    else group.set(row, path);
  }
  return groups;
}

/** By what looks like the hash: a row is not taken apart before somebody asks for its content. */
function mapByContent(folders: Iterable<FolderRows>): Map<string, RowOfFolder[]> {
  const found = new Map<string, RowOfFolder[]>();
  for (const folder of folders) {
    for (const row of folder.rows) {
      const sha256 = LAST_SHA256.exec(row)?.[1] ?? "";
      const known = found.get(sha256);
      if (known === undefined) found.set(sha256, [{ folder, row }]);
      else known.push({ folder, row });
    }
  }
  return found;
}

function decodeStored(folder: FolderRows, row: string): StoredFile | undefined {
  const cells = ROW.exec(row);
  if (cells === null) return undefined;
  const [, nameCell, mode, size, mtimeNs, sha256] = cells as unknown as [string, string, string, string, string, Sha256];
  const name = parseName(nameCell);
  if (name === undefined) return undefined;
  return { path: childPath(folder.path, name), sha256, mode: parseMode(mode), size: Number(size), mtimeNs: BigInt(mtimeNs) };
}

/** Gives undefined for what is no name. */
function parseName(cell: string): string | undefined {
  try {
    const name = parseHeldText(JSON.parse(cell));
    if (name !== undefined) assertSafeName(name);
    return name;
  } catch {
    return undefined;
  }
}
