import { EXIT } from "./exit-status.js";
import { StepbackError } from "./stepback-error.js";

/** No checkpoint answers to the id. */
export class CheckpointNotFoundError extends StepbackError {
  constructor(id: string) {
    super({
      code: "CHECKPOINT_NOT_FOUND",
      exitStatus: EXIT.notFound,
      message: `no checkpoint '${id}'`,
      hint: "Run `stepback list` to see the checkpoints of this directory.",
      details: { id },
    });
  }
}

/** There is no backup, because nothing was restored yet. */
export class NothingToUndoError extends StepbackError {
  constructor() {
    super({
      code: "NOTHING_TO_UNDO",
      exitStatus: EXIT.notFound,
      message: "there is no backup: nothing has been restored yet",
      hint: "Restore a checkpoint with `stepback restore ID`; each restore takes a backup that undo goes back to.",
    });
  }
}

/** The directory has no store yet. */
export class StoreNotFoundError extends StepbackError {
  constructor(directory: string) {
    super({
      code: "STORE_NOT_FOUND",
      exitStatus: EXIT.notFound,
      message: `${directory} has no checkpoints`,
      hint: "Run `stepback create` there first, or name the directory with --dir.",
      details: { directory },
    });
  }
}

/** The change directory itself does not exist or is not a directory. */
export class DirectoryNotFoundError extends StepbackError {
  constructor(directory: string, problem = "does not exist or is not a directory") {
    super({
      code: "DIRECTORY_NOT_FOUND",
      exitStatus: EXIT.notFound,
      message: `${directory} ${problem}`,
      hint: "Check the path given with --dir or --change-id.",
      details: { directory },
    });
  }
}

/** A named path stands neither in the checkpoint nor in the other place that was meant, by default the directory. */
export class PathNotFoundError extends StepbackError {
  /** Without an id no checkpoint has it. */
  constructor(path: string, id: string | null, { leftOut, otherPlace = "the directory" }: { leftOut?: string; otherPlace?: string } = {}) {
    super({
      code: "PATH_NOT_FOUND",
      exitStatus: EXIT.notFound,
      message:
        id === null
          ? `'${path}' is not in any checkpoint`
          : leftOut === undefined
            ? otherPlace === id
              ? `'${path}' is not in ${id}`
              : `'${path}' is neither in ${id} nor in ${otherPlace}`
            : `'${path}' is not in ${id}: checkpoints leave it out (${leftOut})`,
      hint:
        id === null
          ? "Run `stepback find PATTERN` to search the paths of all checkpoints."
          : `Run \`stepback show ${id} --files\` to see its paths; they are relative to the change directory.`,
      details: { path, id },
    });
  }
}

/** There is no archive at the path. */
export class ArchiveNotFoundError extends StepbackError {
  constructor(path: string) {
    super({
      code: "ARCHIVE_NOT_FOUND",
      exitStatus: EXIT.notFound,
      message: `there is no file ${path}`,
      hint: "Check the path; `-` reads the archive from the standard input.",
      details: { path },
    });
  }
}
