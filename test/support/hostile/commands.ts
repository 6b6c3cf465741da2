import type { HostilePlace } from "./hostile-place.js";

/** What a command may do to the directory and the store. */
export type Reach =
  /** Nothing at all. */
  | "reads"
  /** It may change the index and clear up, but removes no checkpoint. */
  | "notes"
  /** It changes the directory too. */
  | "restores"
  /** It removes checkpoints. */
  | "removes";

export interface HostileCommand {
  name: string;
  reach: Reach;
  args(place: HostilePlace): string[];
}

const command = (reach: Reach, name: string, args: HostileCommand["args"]): HostileCommand => ({ name, reach, args });

/** What has to do with sessions and the progress log. */
export const SESSION_COMMANDS: readonly HostileCommand[] = [
  command("reads", "session status", () => ["session", "status"]),
  command("reads", "session list", () => ["session", "list"]),
  command("reads", "session status ID", () => ["session", "status", "session-20260304-080000"]),
  command("reads", "log", () => ["log"]),
  command("reads", "report", () => ["report"]),
  command("reads", "validate", () => ["validate"]),
  command("notes", "session start", () => ["session", "start", "--recover", "continue"]),
  command("notes", "session start --force", () => ["session", "start", "--force"]),
  command("notes", "session task", () => ["session", "task", "complete", "7"]),
  command("notes", "session end", () => ["session", "end"]),
  command("notes", "log MESSAGE", () => ["log", "noted", "--task", "7"]),
];

/** Every command that reads or writes a store. */
export const COMMANDS: readonly HostileCommand[] = [
  command("reads", "list", () => ["list"]),
  command("reads", "list --json", () => ["list", "--json"]),
  command("reads", "show", ({ first }) => ["show", first, "--files"]),
  command("reads", "manifest", ({ first }) => ["manifest", first]),
  command("reads", "manifest --sha256sums", ({ first }) => ["manifest", first, "--sha256sums"]),
  command("reads", "history", () => ["history"]),
  command("reads", "status", () => ["status"]),
  command("reads", "verify", () => ["verify"]),
  command("reads", "restore --dry-run", ({ first }) => ["restore", first, "--dry-run"]),
  command("reads", "diff", ({ first }) => ["diff", first, "--stat"]),
  command("reads", "diff --patch", ({ first, second }) => ["diff", first, second, "--patch"]),
  command("reads", "versions", () => ["versions", "a.txt"]),
  command("reads", "find", () => ["find", "*"]),
  command("reads", "tasks", () => ["tasks"]),
  command("reads", "workflow status", () => ["workflow", "status"]),
  command("reads", "resume --dry-run", () => ["resume", "--dry-run"]),
  command("reads", "clean --dry-run", () => ["clean", "1", "--dry-run"]),
  command("notes", "create", () => ["create"]),
  command("notes", "run", () => ["run", "--step", "9", "--", "true"]),
  command("notes", "workflow complete", () => ["workflow", "complete", "2"]),
  command("notes", "workflow start", () => ["workflow", "start", "--id", "mine", "--steps", "a,b", "--force"]),
  command("notes", "pin", ({ first }) => ["pin", first]),
  command("notes", "tag", ({ first }) => ["tag", first, "marked"]),
  command("notes", "note", ({ first }) => ["note", first, "noted"]),
  command("notes", "mark", ({ first }) => ["mark", first, "--success", "true"]),
  command("notes", "repair", () => ["repair"]),
  command("restores", "restore", ({ first }) => ["restore", first, "--yes"]),
  command("restores", "restore a path", ({ first }) => ["restore", first, "--yes", "--", "sub"]),
  command("restores", "recover", () => ["recover", "--task", "7", "--error", "other", "--yes"]),
  command("restores", "resume --from", () => ["resume", "--from", "1", "--yes"]),
  command("restores", "undo", () => ["undo", "--yes"]),
  command("removes", "clean", () => ["clean", "1", "--verify"]),
  command("removes", "delete", ({ second }) => ["delete", second, "--yes"]),
  ...SESSION_COMMANDS,
];
