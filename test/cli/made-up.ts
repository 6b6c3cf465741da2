import type { Checkpoint, Checkpoints, RestoreOperation, RestorePlan, TreeEntry } from "../../src/index.js";
import type { Api } from "../../src/cli/index.js";

/** A checkpoint as the documented example has it, with differences. */
export function madeUpCheckpoint(differences: Partial<Checkpoint> = {}): Checkpoint {
  return {
    id: "checkpoint-20251020-143025-step02" as Checkpoint["id"],
    sequence: 2,
    type: "step",
    stepNumber: 2,
    stepName: "Create Proposal",
    createdAt: "2025-10-20T14:30:25.000Z",
    files: ["proposal.md", "todo.md"],
    fileCount: 2,
    totalBytes: 1234,
    gitCommit: "abc123def4567890abc123def4567890abc123de",
    gitBranch: "main",
    success: true,
    notes: null,
    phase: null,
    taskId: null,
    stage: null,
    sessionId: null,
    workflowId: null,
    state: null,
    tags: [],
    metadata: {},
    isPinned: false,
    isComplete: true,
    backupOf: null,
    rollbackUsed: false,
    rollbackCount: 0,
    run: null,
    importedFrom: null,
    runState: "none",
    manifestSha256: null,
    unknownKeys: {},
    storedPath: "/home/ada/.checkpoints/checkpoint-20251020-143025-step02",
    ...differences,
  };
}

export const backup = madeUpCheckpoint({
  id: "checkpoint-20251020-144500-backup" as Checkpoint["id"],
  type: "backup",
  stepNumber: null,
  stepName: null,
  createdAt: "2025-10-20T14:45:00Z",
  backupOf: madeUpCheckpoint().id,
});

/** A run that ended, with differences. */
export function madeUpRun(differences: Partial<NonNullable<Checkpoint["run"]>> = {}): NonNullable<Checkpoint["run"]> {
  return {
    status: "finished",
    command: ["npm", "run", "it's"],
    startedAt: "2025-10-20T14:30:26Z",
    runner: { pid: 1, startTime: null, bootId: null, pidNamespace: null, host: "here" },
    exitCode: 0,
    signal: null,
    durationMs: 12_345,
    verify: null,
    ...differences,
  };
}

/** An entry of a tree; a path that ends with a slash is a folder. */
export function madeUpEntry(path: string): TreeEntry {
  const base = { path: path.replace(/\/$/, "") as TreeEntry["path"], mode: 0o644, uid: 0, gid: 0, mtimeNs: 1n, ctimeNs: 1n, ino: 1n };
  if (path === "" || path.endsWith("/")) return { ...base, type: "directory" };
  return { ...base, type: "file", size: 10, sha256: "0".repeat(64) as Extract<TreeEntry, { type: "file" }>["sha256"] };
}

/** One operation, written like `create a.txt` or `remove folder/`. */
export function madeUpOperation(text: string): RestoreOperation {
  const [kind, path = ""] = text.split(" ");
  const entry = madeUpEntry(path === "." ? "" : path);
  if (kind === "create") return { kind, path: entry.path, before: null, after: entry };
  if (kind === "remove") return { kind, path: entry.path, before: entry, after: null };
  if (kind === "replace" || kind === "retouch") return { kind, path: entry.path, before: entry, after: entry };
  throw new Error(`no such operation: ${text}`);
}

export function madeUpPlan(operations: readonly string[], leftAlone: RestorePlan["leftAlone"] = []): RestorePlan {
  return {
    target: madeUpCheckpoint().id,
    operations: operations.map(madeUpOperation),
    leftAlone,
    counts: { created: 0, replaced: 0, removed: 0, retouched: 0, leftAlone: leftAlone.length },
  };
}

/** The functions that commands start from, on a store with these methods; whatever else is called fails. */
export function madeUpApi(methods: Partial<Checkpoints>): Partial<Api> & { opened: unknown[][] } {
  const opened: unknown[][] = [];
  const checkpoints = { directory: "/home/ada", storePath: "/home/ada/.checkpoints", changeId: "my-feature", ...methods } as Checkpoints;
  return {
    opened,
    resolveChangeDirectory: async ({ dir, changeId, cwd }) => dir ?? changeId ?? cwd,
    findChangeOfCheckpoint: async () => null,
    openCheckpoints: async (...args) => {
      opened.push(args);
      return checkpoints;
    },
  };
}
