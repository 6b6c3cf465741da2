import { closeSync, constants, fsyncSync, openSync, realpathSync, renameSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { hasCode, messageOf, NoSpaceError, OutputUnusableError, StepbackError } from "../errors/index.js";
import { syncFolder } from "./flush.js";
import { isThere } from "./is-there.js";
import { randomToken } from "./random-token.js";
import { removeFile } from "./remove-file.js";
import { toStorageError } from "./storage-error.js";

/** A file that somebody asked for by name, in the making. */
export interface OutputFile {
  write(bytes: Uint8Array): void;
  /** Makes what was written count: after this the file is there under its name, whole and durable. */
  finish(): void;
  /** Takes away what was written; harmless after `finish`. */
  discard(): void;
}

/** Written beside its place and renamed into it, so that nobody ever sees half of it under its name. */
export function openOutputFile(path: string): OutputFile {
  const final = resolveOutput(path);
  const temporary = join(dirname(final), `.${basename(final)}.tmp-${randomToken()}`);
  const descriptor = withOutputErrors(path, () =>
    openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600),
  );
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  return {
    write: (bytes) =>
      withOutputErrors(path, () => {
        for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
      }),
    finish: () =>
      withOutputErrors(path, () => {
        fsyncSync(descriptor);
        close();
        renameSync(temporary, final);
        syncFolder(dirname(final));
      }),
    discard: () => {
      close();
      removeFile(temporary);
    },
  };
}

/**
 * Says which file stands for a path that is written to: a symlink to a file stays one.
 * @throws OutputUnusableError for a device, pipe or folder, which is never replaced
 */
export function resolveOutput(path: string): string {
  return withOutputErrors(path, () => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) {
      if (isThere(path)) throw new OutputUnusableError(path, "is a symlink that leads nowhere");
      return path;
    }
    if (!stats.isFile()) throw new OutputUnusableError(path, "is there and is not a file");
    return realpathSync(path);
  });
}

/** Does something with such a file; what goes wrong with it is an OutputUnusableError. */
export function withOutputErrors<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (hasCode(error, "ENOENT")) throw new OutputUnusableError(path, "its folder does not exist", error);
    const known = toStorageError(error, path);
    if (!(known instanceof StepbackError) || known instanceof NoSpaceError || known instanceof OutputUnusableError) throw known;
    throw new OutputUnusableError(path, `cannot be written (${messageOf(error)})`, error);
  }
}
