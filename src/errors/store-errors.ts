import { EXIT } from "./exit-status.js";
import { StepbackError } from "./stepback-error.js";

/** Another stepback command is writing to the store. */
export class LockedError extends StepbackError {
  constructor(owner: { description: string; path: string; ageSeconds: number | null }) {
    super({
      code: "LOCKED",
      exitStatus: EXIT.locked,
      message: `the store is locked by ${owner.description}`,
      hint: "Wait for it, or use --wait 30s. A lock whose owner died on this machine is broken by itself.",
      details: { lock: owner.path, owner: owner.description, age_seconds: owner.ageSeconds },
    });
  }
}

/** `state.json` is missing where it must exist, or is not what it should be. */
export class IndexUnusableError extends StepbackError {
  constructor(path: string, problem: string, cause?: unknown) {
    super({
      code: "INDEX_UNUSABLE",
      exitStatus: EXIT.unusable,
      message: `${path}: ${problem}`,
      hint: "Run `stepback repair` to rebuild it from the manifests; the file is kept beside the new one.",
      details: { path, problem },
      cause,
    });
  }
}

/** A file was written by a newer stepback; guessing could lose data. */
export class FormatTooNewError extends StepbackError {
  constructor(path: string, found: number, supported: number) {
    super({
      code: "FORMAT_TOO_NEW",
      exitStatus: EXIT.unusable,
      message: `${path} has format version ${found}; this stepback reads up to ${supported}`,
      hint: "Install a newer stepback: `npm install -g stepback`.",
      details: { path, found, supported },
    });
  }
}

/** A checkpoint's manifest is missing, torn or not what the index says. */
export class ManifestUnusableError extends StepbackError {
  constructor(path: string, problem: string, cause?: unknown) {
    super({
      code: "MANIFEST_UNUSABLE",
      exitStatus: EXIT.unusable,
      message: `${path}: ${problem}`,
      hint: "Run `stepback verify` to see what is damaged; the snapshot folder itself can still be read with ls and cp.",
      details: { path, problem },
      cause,
    });
  }
}

/** The store cannot be read or written as it must be. */
export class StoreUnusableError extends StepbackError {
  constructor(path: string, problem: string, cause?: unknown) {
    super({
      code: "STORE_UNUSABLE",
      exitStatus: EXIT.unusable,
      message: `${path}: ${problem}`,
      hint: "Check who owns the folder and whether its file system is writable; or choose another place with --store.",
      details: { path, problem },
      cause,
    });
  }
}

/** An archive is not exactly what its manifests list; nothing of it was taken in. */
export class ArchiveInvalidError extends StepbackError {
  constructor(path: string, problem: string, cause?: unknown) {
    super({
      code: "ARCHIVE_INVALID",
      exitStatus: EXIT.unusable,
      message: `${path}: ${problem}`,
      hint: "Nothing was imported. Make the archive anew with `stepback export`; only those are taken in, and only as they were written.",
      details: { path, problem },
      cause,
    });
  }
}

/** An archive is compressed, or is to be, in a way that this Node does not know. */
export class CompressionUnsupportedError extends StepbackError {
  constructor(path: string, compression: string, needed: string) {
    super({
      code: "COMPRESSION_UNSUPPORTED",
      exitStatus: EXIT.unusable,
      message: `${path}: ${compression} needs ${needed}, and this is Node ${process.versions.node}`,
      hint: "Use .tar.gz, or run stepback with a newer Node.",
      details: { path, compression },
    });
  }
}

/** A file that was asked for cannot be written where it was asked for. */
export class OutputUnusableError extends StepbackError {
  constructor(path: string, problem: string, cause?: unknown) {
    super({
      code: "OUTPUT_UNUSABLE",
      exitStatus: EXIT.unusable,
      message: `${path}: ${problem}`,
      hint: "Name a file in a folder that is there and that you may write to.",
      details: { path, problem },
      cause,
    });
  }
}

/** A journal of an unfinished restore cannot be read; nothing is guessed. */
export class JournalUnusableError extends StepbackError {
  constructor(path: string, problem: string, cause?: unknown) {
    super({
      code: "JOURNAL_UNUSABLE",
      exitStatus: EXIT.unusable,
      message: `${path}: ${problem}`,
      hint: "The folder that holds it also holds the files in flight (stage/ and trash/); move it away once you have looked at them.",
      details: { path, problem },
      cause,
    });
  }
}

/** A restore failed past its commit point, and could not be undone either; its journal is kept. */
export class RestoreUnfinishedError extends StepbackError {
  constructor(target: string, problem: string, cause: unknown) {
    super({
      code: "RESTORE_UNFINISHED",
      exitStatus: EXIT.unusable,
      message: `the restore of ${target} could neither be finished nor undone: ${problem}`,
      hint: "The directory is half one thing and half the other. Once the cause is gone, run `stepback repair`; it, or the next command that writes, ends the restore.",
      details: { target, problem },
      cause,
    });
  }
}

/** Stored bytes are not what the manifest says. */
export class DamagedError extends StepbackError {
  constructor(id: string, paths: readonly string[]) {
    super({
      code: "DAMAGED",
      exitStatus: EXIT.damaged,
      message: `${id} is damaged: ${paths.slice(0, 5).join(", ")}${paths.length > 5 ? `, … (${paths.length} paths)` : ""}`,
      hint: "Nothing was changed. Run `stepback verify` to find a checkpoint that is whole.",
      details: { id, paths },
    });
  }
}

/** The file system has not enough bytes or inodes for the work. */
export class NoSpaceError extends StepbackError {
  constructor(path: string, need: { bytes?: number; inodes?: number; freeBytes?: number; freeInodes?: number }, cause?: unknown) {
    const isForeseen = need.inodes !== undefined || need.bytes !== undefined;
    const what =
      need.inodes !== undefined
        ? `${need.inodes} inodes are needed and ${need.freeInodes} are free`
        : need.bytes !== undefined
          ? `${need.bytes} bytes are needed and ${need.freeBytes} are free`
          : "the disk is full";
    super({
      code: "NO_SPACE",
      exitStatus: EXIT.noSpace,
      message: `not enough space on the file system of ${path}: ${what}`,
      hint: `${isForeseen ? "Nothing was changed. " : ""}Free space (\`stepback clean --dry-run\` shows what would help) and run the command again.`,
      details: {
        path,
        needed_bytes: need.bytes ?? null,
        free_bytes: need.freeBytes ?? null,
        needed_inodes: need.inodes ?? null,
        free_inodes: need.freeInodes ?? null,
      },
      cause,
    });
  }
}
