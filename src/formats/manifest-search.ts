import { ManifestUnusableError, messageOf } from "../errors/index.js";
import { formatHeldText, parseHeldText } from "./held-text.js";
import type { CaptureScope, TreeEntry, UncapturedPath } from "./manifest.js";
import { decodeDirectory, decodeFile, decodeSymlink, decodeUncaptured, formatNameCell } from "./manifest-rows.js";
import { MANIFEST_FORMAT_VERSION, readManifestText } from "./manifest-text.js";
import { assertSafeName, baseName, parentPath, parseRelativePath, ROOT_PATH, type RelativePath } from "./names.js";
import type { JsonObject } from "./record-form.js";

const DIRECTORIES = ',\n "directories": [';
const FOLDER_START = "\n  {";
const FILES = ',"files":[';
const SYMLINKS = '],"symlinks":[';
const END = "\n ]\n}";
const ROW_NAMES = /^ {3}\[("(?:[^"\\]|\\.)*"|\{[^{}]*\}),/gm;

/** One folder of a manifest as text: what is equal in the next manifest need not be looked at again. */
export interface FolderText {
  path: RelativePath;
  /** The rows of its files, and those of its symlinks. */
  files: string;
  symlinks: string;
}

/**
 * A manifest as text in which single paths are looked up: a search through many manifests takes none of them apart.
 *
 * Only for bytes whose hash is known to be right; a row counts only when all its cells are what they should be.
 */
export class ManifestSearch {
  readonly checkpointId: unknown;
  readonly scope: CaptureScope;
  readonly uncaptured: readonly UncapturedPath[];
  readonly #text: string;
  readonly #start: number;
  readonly #end: number;
  readonly #path: string;

  private constructor(text: string, head: JsonObject, start: number, path: string) {
    this.#path = path;
    this.checkpointId = (head["checkpoint"] as JsonObject)["checkpoint_id"];
    this.scope = head["scope"] as CaptureScope;
    this.uncaptured = (head["uncaptured"] as JsonObject[]).map(decodeUncaptured);
    this.#text = text;
    this.#start = start;
    this.#end = text.lastIndexOf(END);
  }

  /** Gives undefined for anything that is not laid out as this version writes it. */
  static parse(bytes: Uint8Array, path: string): ManifestSearch | undefined {
    try {
      const text = readManifestText(bytes);
      const start = text.indexOf(DIRECTORIES);
      const head = JSON.parse(`${text.slice(0, Math.max(start, 0))}\n}`) as JsonObject;
      const search = new ManifestSearch(text, head, start + DIRECTORIES.length, path);
      return head["format_version"] === MANIFEST_FORMAT_VERSION && search.#end >= search.#start ? search : undefined;
    } catch {
      // Whatever is wrong with it, the reader of whole manifests says so.
      return undefined;
    }
  }

  /** Gives the entry of a path, undefined when there is none. @throws ManifestUnusableError for a row that is none */
  find(path: RelativePath): TreeEntry | undefined {
    return this.#checked(() => this.#find(path));
  }

  /** All folders, parents before children. @throws ManifestUnusableError */
  *folders(): Generator<FolderText> {
    for (let at = this.#text.indexOf(FOLDER_START, this.#start); at >= 0 && at < this.#end;) {
      const from = at;
      const { folder, next } = this.#checked(() => this.#readFolder(from));
      yield folder;
      at = next;
    }
  }

  /** The names in the rows of a folder. @throws ManifestUnusableError */
  namesIn(rows: string): string[] {
    return this.#checked(() => [...rows.matchAll(ROW_NAMES)].map(([, cell]) => decodeName(cell as string)));
  }

  #checked<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      throw new ManifestUnusableError(this.#path, messageOf(error), error);
    }
  }

  #find(path: RelativePath): TreeEntry | undefined {
    const own = this.#findFolder(path);
    if (own >= 0) return this.#decodeFolder(own);
    if (path === ROOT_PATH) return undefined;
    const folder = parentPath(path);
    const at = this.#findFolder(folder);
    if (at < 0) return undefined;
    const { files, symlinks } = this.#readFolder(at).folder;
    const name = formatNameCell(formatHeldText(baseName(path)));
    const file = findRow(files, name);
    if (file !== undefined) return decodeFile(folder, file);
    const symlink = findRow(symlinks, name);
    return symlink === undefined ? undefined : decodeSymlink(folder, symlink);
  }

  #findFolder(path: RelativePath): number {
    const at = this.#text.indexOf(`${FOLDER_START}"path":${JSON.stringify(formatHeldText(path))},`, this.#start);
    return at < this.#end ? at : -1;
  }

  #readFolder(at: number): { folder: FolderText; next: number } {
    const text = this.#text;
    const files = text.indexOf(FILES, at);
    const symlinks = text.indexOf(SYMLINKS, files);
    const following = text.indexOf(FOLDER_START, symlinks);
    const next = following < 0 || following > this.#end ? this.#end : following;
    return {
      folder: {
        path: decodeFolderPath(text.slice(at, files)),
        files: text.slice(files + FILES.length, symlinks),
        symlinks: text.slice(symlinks + SYMLINKS.length, text.lastIndexOf("]}", next)),
      },
      next,
    };
  }

  #decodeFolder(at: number): TreeEntry {
    const own = JSON.parse(`${this.#text.slice(at, this.#text.indexOf(FILES, at))}}`) as JsonObject;
    return decodeDirectory({ ...own, files: [], symlinks: [] }).directory;
  }
}

function decodeFolderPath(line: string): RelativePath {
  const { path } = JSON.parse(`${line}}`) as { path: unknown };
  const text = parseHeldText(path);
  if (text === undefined) throw new Error("a folder's path is not text");
  return parseRelativePath(text);
}

/** Finds the row of a name; a line end never stands inside of a JSON text. */
function findRow(rows: string, nameCell: string): unknown {
  const at = rows.indexOf(`\n   ${nameCell}`);
  if (at < 0) return undefined;
  const end = rows.indexOf("\n", at + 1);
  const row = rows.slice(at + 1, end < 0 ? rows.length : end);
  return JSON.parse(row.endsWith(",") ? row.slice(0, -1) : row);
}

function decodeName(cell: string): string {
  const name = parseHeldText(JSON.parse(cell));
  if (name === undefined) throw new Error("a name is not text");
  assertSafeName(name);
  return name;
}
