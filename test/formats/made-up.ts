import fc from "fast-check";
import {
  childPath,
  CHECKPOINT_TYPES,
  PHASES,
  ROOT_PATH,
  STAGES,
  UNCAPTURED_REASONS,
  type CheckpointId,
  type CheckpointRecord,
  type DirectoryEntry,
  type FileEntry,
  type Journal,
  type Manifest,
  type RelativePath,
  type Sha256,
  type StoreIndex,
  type SymlinkEntry,
  type TreeEntry,
  type UncapturedPath,
} from "../../src/formats/index.js";
import { decodePathBytes } from "../../src/platform/index.js";
import { makeRecord } from "../support/make-record.js";

const SHA256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" as Sha256;
const BASE = { mode: 0o644, uid: 1000, gid: 100, mtimeNs: 1_760_970_625_123_456_789n, ctimeNs: 1_760_970_626_000_000_001n, ino: 4711n };

export function folder(path: string, parts: Partial<DirectoryEntry> = {}): DirectoryEntry {
  return { type: "directory", path: path as RelativePath, ...BASE, mode: 0o755, ...parts };
}

export function file(path: string, parts: Partial<FileEntry> = {}): FileEntry {
  return { type: "file", path: path as RelativePath, ...BASE, size: 3, sha256: SHA256, ...parts };
}

export function symlink(path: string, target: string, parts: Partial<SymlinkEntry> = {}): SymlinkEntry {
  return { type: "symlink", path: path as RelativePath, ...BASE, mode: 0o777, target, ...parts };
}

/** A record in which no field has its default. */
export function fullRecord(parts: Partial<CheckpointRecord> = {}): CheckpointRecord {
  return makeRecord({
    id: "checkpoint-20251020-143025-step02" as CheckpointId,
    sequence: 7,
    type: "step",
    stepNumber: 2,
    stepName: "Create Proposal",
    createdAt: "2025-10-20T14:30:25.000Z",
    files: ["proposal.md", "caf\udce9.txt"],
    fileCount: 2,
    totalBytes: 1234,
    gitCommit: "045e04472265f5abee10bb72d2fd1e621ea9e7a1",
    gitBranch: "main",
    importedFrom: { changeId: "add-lighthouse", id: "checkpoint-20251019-143025-step02" as CheckpointId, at: "2025-10-20T14:30:25.000Z" },
    success: false,
    notes: "für Inés",
    phase: "plan",
    taskId: "7",
    stage: "pre-validation",
    sessionId: "session-20251020-140000",
    workflowId: "add-tide-gauge/Inés",
    state: { tasksCompleted: 1, decisionsMade: 2, filesModified: 3, filesCreated: 4, testsPassing: 5, testsFailing: 6 },
    tags: ["draft", "reviewed"],
    metadata: { agent: "writer", stepName: "keeps its key" },
    isPinned: true,
    isComplete: false,
    backupOf: "checkpoint-20251020-140000-step01" as CheckpointId,
    rollbackUsed: true,
    rollbackCount: 3,
    run: {
      status: "finished",
      command: ["npm", "test"],
      startedAt: "2025-10-20T14:30:26.000Z",
      runner: { pid: 4711, startTime: "123456", bootId: "5d1c8e0a-0000-4000-8000-000000000001", pidNamespace: "pid:[1]", host: "quay" },
      exitCode: 1,
      signal: "SIGTERM",
      durationMs: 1500,
      verify: { command: "npm run check", exitCode: 2 },
    },
    manifestSha256: "a".repeat(64),
    unknownKeys: { cost_cents: 184, reviewer: { name: "Inés", ok: true } },
    ...parts,
  });
}

/** An index with all that an index can have. */
export function fullIndex(parts: Partial<StoreIndex> = {}): StoreIndex {
  return {
    changeId: "add-tide-gauge",
    checkpoints: [fullRecord(), makeRecord({ id: "checkpoint-20251020-144500-backup" as CheckpointId, sequence: 9, type: "backup" })],
    nextSequence: 12,
    claims: { second: "20251020-144500", labels: { backup: 2 } },
    restores: [
      {
        at: "2025-10-20T14:45:00.000Z",
        target: "checkpoint-20251020-143025-step02" as CheckpointId,
        backup: "checkpoint-20251020-144500-backup" as CheckpointId,
        paths: ["proposal.md"],
        counts: { created: 1, replaced: 2, removed: 3, retouched: 4, leftAlone: 5 },
        result: "rolled_back",
      },
    ],
    recoveries: [
      {
        at: "2025-10-20T14:45:00.000Z",
        taskId: "7",
        workflowId: "release",
        stepNumber: 3,
        error: "validation",
        failure: "Error: a gauge too many",
        target: "checkpoint-20251020-143025-step02" as CheckpointId,
        targetSequence: 7,
        nextSequence: 9,
        backup: "checkpoint-20251020-144500-backup" as CheckpointId,
        result: "restored",
        unknownKeys: { reviewed: true },
      },
    ],
    unknownKeys: { tool_version: "1.4.0" },
    ...parts,
  };
}

/** A manifest with one of everything. */
export function fullManifest(parts: Partial<Manifest> = {}): Manifest {
  return {
    checkpoint: fullRecord({ manifestSha256: null }),
    changeId: "add-tide-gauge",
    scope: "tree",
    scanStartedNs: 1_760_970_625_500_000_000n,
    durableFolder: { ino: 4_711n, birthtimeNs: 1_760_970_625_400_000_000n },
    ignoreRules: ["scratch/", "!scratch/keep"],
    uncaptured: UNCAPTURED_REASONS.map((reason) => ({ path: `left-out/${reason}` as RelativePath, reason, detail: "why" })),
    entries: [
      folder(""),
      file("proposal.md", { size: 0 }),
      file("caf\udce9.txt", { mode: 0o4751 }),
      file("back\\slash\nline"),
      symlink("current", "specs/auth"),
      symlink("to-bytes", "\udcff\udcfe"),
      folder("empty", { mode: 0 }),
      folder("specs", { mtimeNs: -86_400_500_000_000n }),
      file("specs/großes.bin", { size: Number.MAX_SAFE_INTEGER }),
      folder("specs/auth", { ino: 0n, ctimeNs: 0n }),
      file("specs/auth/spec.md"),
      folder("specs/\udc80"),
      file("specs/\udc80/inside"),
    ],
    ...parts,
  };
}

/** A journal with every kind of operation. */
export function fullJournal(parts: Partial<Journal> = {}): Journal {
  const operations: Pick<Journal["operations"][number], "before" | "after">[] = [
    { before: null, after: file("created.txt") },
    { before: file("replaced.txt"), after: symlink("replaced.txt", "\udcff") },
    { before: file("removed-\udce9.txt"), after: null },
    { before: file("retouched.txt"), after: file("retouched.txt", { mode: 0o600 }) },
    { before: folder("was-folder"), after: file("was-folder") },
  ];
  return {
    target: "checkpoint-20251020-143025-step02" as CheckpointId,
    backup: "checkpoint-20251020-144500-backup" as CheckpointId,
    startedAt: "2025-10-20T14:45:00.000Z",
    paths: ["created.txt", "removed-\udce9.txt"],
    counts: { created: 1, replaced: 2, removed: 1, retouched: 1, leftAlone: 0 },
    operations: operations.map(({ before, after }, slot) => ({ slot, path: (after ?? before)?.path ?? ROOT_PATH, before, after })),
    folders: [{ path: ROOT_PATH, before: folder(""), after: folder("", { mtimeNs: 1n }) }],
    ...parts,
  };
}

/** What a file can be called: any bytes but `/` and NUL, in their held form. */
export const names: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 12 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ minLength: 1, maxLength: 12 }),
    fc.constantFrom("__proto__", "constructor", "-rf", " ", "é", "\ufffd").map((text) => Buffer.from(text)),
  )
  .map((bytes) => decodePathBytes(bytes.filter((byte) => byte !== 0 && byte !== 0x2f)))
  .filter((name) => name !== "" && name !== "." && name !== "..");

const nanoseconds = fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n });
const attributes = fc.record({
  mode: fc.nat({ max: 0o7777 }),
  uid: fc.nat(),
  gid: fc.nat(),
  mtimeNs: nanoseconds,
  ctimeNs: nanoseconds,
  ino: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
});
const hashes = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex") as Sha256);
const leaves = fc.record({
  name: names,
  attributes,
  kind: fc.oneof(fc.record({ size: fc.maxSafeNat(), sha256: hashes }), fc.record({ target: names })),
});

interface MadeUpFolder {
  attributes: Pick<TreeEntry, "mode" | "uid" | "gid" | "mtimeNs" | "ctimeNs" | "ino">;
  leaves: { name: string; attributes: MadeUpFolder["attributes"]; kind: { size: number; sha256: Sha256 } | { target: string } }[];
  folders: { name: string; folder: MadeUpFolder }[];
}

const folders: fc.Arbitrary<MadeUpFolder> = fc.letrec<{ folder: MadeUpFolder }>((tie) => ({
  folder: fc.record({
    attributes,
    leaves: fc.uniqueArray(leaves, { selector: ({ name }) => name, maxLength: 4 }),
    folders: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constant<MadeUpFolder["folders"]>([]),
      fc.array(fc.record({ name: names, folder: tie("folder") }), { maxLength: 3 }),
    ),
  }),
})).folder;

/** The entries of any tree, in the order in which a scan gives them: files, then symlinks, then what lies below. */
export const trees: fc.Arbitrary<TreeEntry[]> = folders.map((root) => flatten(ROOT_PATH, root));

function flatten(path: RelativePath, { attributes: own, leaves: inside, folders: below }: MadeUpFolder): TreeEntry[] {
  const taken = new Set(inside.map(({ name }) => name));
  const entries = inside.map(({ name, attributes: looks, kind }): FileEntry | SymlinkEntry => {
    const child = childPath(path, name);
    return "target" in kind ? { type: "symlink", path: child, ...looks, ...kind } : { type: "file", path: child, ...looks, ...kind };
  });
  const result: TreeEntry[] = [
    { type: "directory", path, ...own },
    ...entries.filter(({ type }) => type === "file"),
    ...entries.filter(({ type }) => type === "symlink"),
  ];
  for (const { name, folder: child } of below) {
    if (taken.has(name)) continue;
    taken.add(name);
    result.push(...flatten(childPath(path, name), child));
  }
  return result;
}

/** Any record that our code could write. */
export const records: fc.Arbitrary<CheckpointRecord> = fc
  .record({
    sequence: fc.integer({ min: 1, max: 1_000_000 }),
    type: fc.constantFrom(...CHECKPOINT_TYPES),
    stepNumber: fc.option(fc.nat()),
    stepName: fc.option(fc.string({ unit: "binary" })),
    createdAt: fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true }).map((date) => date.toISOString()),
    files: fc.array(names, { maxLength: 5 }),
    fileCount: fc.nat(),
    totalBytes: fc.maxSafeNat(),
    gitCommit: fc.option(fc.string()),
    gitBranch: fc.option(fc.string({ unit: "binary" })),
    success: fc.option(fc.boolean()),
    notes: fc.option(fc.string({ unit: "binary" })),
    phase: fc.option(fc.constantFrom(...PHASES)),
    taskId: fc.option(fc.string()),
    stage: fc.option(fc.constantFrom(...STAGES)),
    sessionId: fc.option(fc.string({ unit: "binary" })),
    workflowId: fc.option(fc.string()),
    state: fc.option(
      fc.record({
        tasksCompleted: fc.nat(),
        decisionsMade: fc.nat(),
        filesModified: fc.nat(),
        filesCreated: fc.nat(),
        testsPassing: fc.nat(),
        testsFailing: fc.nat(),
      }),
    ),
    tags: fc.array(fc.string()),
    metadata: fc.dictionary(fc.string(), fc.string()),
    isPinned: fc.boolean(),
    isComplete: fc.boolean(),
    rollbackUsed: fc.boolean(),
    rollbackCount: fc.nat(),
    unknownKeys: fc.dictionary(
      fc.string().map((key) => `their_${key}`),
      fc.jsonValue(),
    ),
  })
  .map((parts) => {
    const { type, sequence } = parts;
    return makeRecord({ ...parts, id: `checkpoint-20251020-143025-${type}-${sequence}` as CheckpointId });
  });

export const uncapturedPaths: fc.Arbitrary<UncapturedPath> = fc.record({
  path: names.map((name) => name as RelativePath),
  reason: fc.constantFrom(...UNCAPTURED_REASONS),
  detail: fc.string(),
});
