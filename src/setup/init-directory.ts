import { linkSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadConfig } from "../config/index.js";
import { DirectoryNotFoundError, hasCode, messageOf, OutputUnusableError, StepbackError } from "../errors/index.js";
import { isThere, randomToken, removeFile, syncFolder, toStorageError, writeNewFile } from "../platform/index.js";
import { IGNORE_FILE } from "../tree/index.js";
import { formatConfigText } from "./config-text.js";
import { formatIgnoreText } from "./ignore-text.js";

const CONFIG_FILE = ".stepback.yaml";

/** One of the files that make a directory ready. */
export interface InitializedFile {
  path: string;
  /** `kept`: nothing was written, for the reason given. */
  action: "written" | "kept" | "would_write";
  reason: string | null;
  /** What was, or would be, written; null for what is kept. */
  text: string | null;
}

export interface InitializedDirectory {
  directory: string;
  files: InitializedFile[];
  isDryRun: boolean;
}

/**
 * Writes a first configuration and first ignore rules into a directory, each only where none is there yet.
 * @throws DirectoryNotFoundError, ConfigInvalidError when there is a configuration and it is wrong, OutputUnusableError, NoSpaceError
 */
export async function initDirectory(directory: string, options: { dryRun?: boolean } = {}): Promise<InitializedDirectory> {
  const names = readNames(directory);
  const { path: configPath } = await loadConfig(directory);
  const wanted = [
    {
      path: configPath ?? join(directory, CONFIG_FILE),
      text: formatConfigText(),
      isAbove: configPath !== null && dirname(configPath) !== directory,
    },
    { path: join(directory, IGNORE_FILE), text: formatIgnoreText(names), isAbove: false },
  ];
  const isDryRun = options.dryRun === true;
  const files = wanted.map(({ path, text, isAbove }): InitializedFile => {
    if (isAbove) return keep(path, "it holds here too, and a nearer file would hold instead of it");
    if (isThere(path) || (!isDryRun && !putInPlace(path, text))) return keep(path, "it is there already");
    return { path, action: isDryRun ? "would_write" : "written", reason: null, text };
  });
  return { directory, files, isDryRun };
}

function keep(path: string, reason: string): InitializedFile {
  return { path, action: "kept", reason, text: null };
}

function readNames(directory: string): Set<string> {
  try {
    return new Set(readdirSync(directory));
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EACCES")) throw new DirectoryNotFoundError(directory);
    throw error;
  }
}

/** False when somebody else was faster: a link, other than a rename, never takes the place of anything. */
function putInPlace(path: string, text: string): boolean {
  const temporary = `${path}.tmp-${randomToken()}`;
  try {
    writeNewFile(temporary, text, { mode: 0o666 & ~process.umask() });
    linkSync(temporary, path);
    syncFolder(dirname(path));
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    // Without hard links the file itself is made where it belongs; a crash may then leave it in part.
    if (hasCode(error, "EPERM", "ENOTSUP", "EOPNOTSUPP", "EMLINK")) return writeDirectly(path, text);
    const known = toStorageError(error, path);
    if (known instanceof StepbackError && known.code === "STORE_UNUSABLE") throw new OutputUnusableError(path, messageOf(error), error);
    throw known;
  } finally {
    removeFile(temporary);
  }
}

function writeDirectly(path: string, text: string): boolean {
  try {
    writeNewFile(path, text, { mode: 0o666 & ~process.umask() });
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw toStorageError(error, path);
  }
}
