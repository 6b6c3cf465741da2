import { EXIT } from "./exit-status.js";
import { StepbackError, type ErrorDetails } from "./stepback-error.js";

/** Work that was refused or rolled back because going on could lose data. */
abstract class ProtectionError extends StepbackError {
  protected constructor(
    code: string,
    message: string,
    hint: string,
    { details = {}, cause }: { details?: ErrorDetails; cause?: unknown } = {},
  ) {
    super({ code, exitStatus: EXIT.refused, message, hint, details, cause });
  }
}

/** A live path is no longer what the plan saw; the restore was rolled back. */
export class ConflictError extends ProtectionError {
  constructor(path: string, problem: string, cause?: unknown) {
    super(
      "CONFLICT",
      `'${path}' ${problem}`,
      "Everything was put back as it was. Stop whatever writes to the directory and run the command again.",
      { details: { path }, cause },
    );
  }
}

/** A path leads out of the directory, or through something that is not a plain folder. */
export class UnsafePathError extends ProtectionError {
  constructor(path: string, problem: string, cause?: unknown) {
    super("UNSAFE_PATH", `'${path}' ${problem}`, "Only paths inside the change directory are ever written.", { details: { path }, cause });
  }
}

/** The directory is one that a mistake must never replace: `/`, the home directory, or an ancestor of it. */
export class UnsafeDirectoryError extends ProtectionError {
  constructor(directory: string, problem: string) {
    super("UNSAFE_DIRECTORY", `${directory} ${problem}`, "Choose a folder of its own for the change with --dir.", {
      details: { directory },
    });
  }
}

/** The tree is over the configured budget. */
export class TreeTooLargeError extends ProtectionError {
  constructor(problem: string, setting: string, offenders: readonly { path: string; entries: number; bytes: number }[]) {
    const named = offenders.map((one) => `${one.path} (${one.entries} entries, ${one.bytes} bytes)`).join(", ");
    super(
      "TREE_TOO_LARGE",
      `${problem}; the biggest: ${named}`,
      `Leave the big ones out with a .checkpointignore file, or raise ${setting} in .stepback.yaml.`,
      { details: { setting, offenders } },
    );
  }
}

/** An archive holds more than the configured budget lets in. */
export class ArchiveTooLargeError extends ProtectionError {
  constructor(problem: string, setting: string) {
    super(
      "ARCHIVE_TOO_LARGE",
      `${problem}, which is over ${setting}`,
      `Nothing was imported. Where the archive is to be trusted, raise ${setting} in .stepback.yaml.`,
      {
        details: { setting },
      },
    );
  }
}

/** A pinned checkpoint was to be deleted. */
export class PinnedError extends ProtectionError {
  constructor(id: string) {
    super("PINNED", `${id} is pinned`, `Run \`stepback unpin ${id}\` first.`, { details: { id } });
  }
}

/** A checkpoint that work in flight depends on was to be deleted. */
export class InUseError extends ProtectionError {
  constructor(id: string, why: string) {
    super("IN_USE", `${id} is needed: ${why}`, "Let that work finish first.", { details: { id } });
  }
}

/** A retention policy would remove every checkpoint. */
export class WouldKeepNothingError extends ProtectionError {
  constructor(policy: string) {
    super("WOULD_KEEP_NOTHING", `${policy} would keep nothing`, "Keep at least one: `stepback clean --keep 10`.", { details: { policy } });
  }
}

/** The command must ask first, and there is no terminal to ask on. */
export class ConfirmationRequiredError extends ProtectionError {
  constructor(action: string) {
    super("CONFIRMATION_REQUIRED", `${action} must be confirmed, and there is no terminal to ask on`, "Add --yes to go ahead.", {
      details: { action },
    });
  }
}

/** The backup before a restore cannot hold everything, so the restore is refused. */
export class BackupIncompleteError extends ProtectionError {
  constructor(paths: readonly { path: string; reason: string }[]) {
    super(
      "BACKUP_INCOMPLETE",
      `the backup could not hold ${paths.length} path${paths.length === 1 ? "" : "s"}: ${paths
        .slice(0, 5)
        .map((one) => `${one.path} (${one.reason})`)
        .join(", ")}`,
      "Nothing was changed. Make these paths readable, or leave them out with .checkpointignore.",
      { details: { paths } },
    );
  }
}

/** Something that was never captured stands where the restore must put a path. */
export class UncapturedInTheWayError extends ProtectionError {
  constructor(path: string, blocker: string, why: string) {
    super(
      "UNCAPTURED_IN_THE_WAY",
      `'${path}' cannot be restored: '${blocker}' was not captured (${why}) and stands in its way`,
      "Nothing was changed. Move it away yourself, or restore single paths with `stepback restore ID -- path…`.",
      { details: { path, blocker, why } },
    );
  }
}

/** The restored tree is not what the manifest says; the restore was rolled back. */
export class RestoreVerificationError extends ProtectionError {
  constructor(paths: readonly string[]) {
    super(
      "RESTORE_VERIFICATION",
      `after the restore ${paths.length} path${paths.length === 1 ? " is" : "s are"} not as recorded: ${paths.slice(0, 5).join(", ")}`,
      "Everything was put back as it was. If nothing else writes to the directory, run `stepback verify`.",
      { details: { paths } },
    );
  }
}

/** The work needs something this file system does not offer. */
export class UnsupportedError extends ProtectionError {
  constructor(path: string, problem: string, cause?: unknown) {
    super(
      "UNSUPPORTED",
      `'${path}' ${problem}`,
      "Nothing was changed. Leave the path out with .checkpointignore, or use another file system.",
      { details: { path }, cause },
    );
  }
}
