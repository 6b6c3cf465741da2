import { createHash } from "node:crypto";
import type { FileEntry, SymlinkEntry, TreeEntry } from "../formats/index.js";
import { printablePath, type Slice } from "../platform/index.js";
import { formatBinary } from "./binary-patch.js";
import { hasOtherMode } from "./compare-trees.js";
import { formatHunks, splitLines } from "./format-hunks.js";
import { findLineEdits } from "./line-edits.js";
import { quotePath } from "./quote-path.js";
import type { Change, ContentKind, FilePatch } from "./requests.js";

/** Larger files are not compared line by line. */
export const MOST_PATCH_BYTES = 8 * 1024 * 1024;

const NO_OBJECT = "0".repeat(40);

/** What git knows as a file: a symlink is one with its target as text. */
type Leaf = FileEntry | SymlinkEntry;

/** Where contents come from; undefined for what is no longer there as it was compared. */
export interface Contents {
  before: (entry: Leaf) => Buffer | undefined;
  after: (entry: Leaf) => Buffer | undefined;
}

interface PatchContext {
  contents: Contents;
  slice: Slice;
  binary: boolean;
}

/** Writes the change of one path as git would; a path that became something else is deleted and made anew. */
export async function makeFilePatch(change: Change, context: PatchContext): Promise<FilePatch> {
  const before = leafOf(change.before);
  const after = leafOf(change.after);
  const missing = describeMissing(change);
  if (before === null && after === null) return { change, content: "folder", insertions: 0, deletions: 0, patch: Buffer.alloc(0), missing };
  const pieces =
    before !== null && after !== null && before.type !== after.type
      ? [await makePiece(before, null, context), await makePiece(null, after, context)]
      : [await makePiece(before, after, context)];
  return {
    change,
    content:
      pieces.map(({ content }) => content).find((content) => content !== "text" && content !== "unchanged") ?? (pieces[0] as Piece).content,
    insertions: pieces.reduce((sum, { insertions }) => sum + insertions, 0),
    deletions: pieces.reduce((sum, { deletions }) => sum + deletions, 0),
    patch: Buffer.concat(pieces.map(({ patch }) => patch)),
    missing: [...missing, ...pieces.flatMap((piece) => piece.missing)],
  };
}

function leafOf(entry: TreeEntry | null): Leaf | null {
  return entry === null || entry.type === "directory" ? null : entry;
}

/** What git has no words for: folders, and permission bits other than the owner's right to execute. */
function describeMissing({ before, after, path }: Change): string[] {
  const shown = printablePath(path);
  const missing: string[] = [];
  if (before?.type === "directory" && after?.type !== "directory") missing.push(`the folder ${shown} is gone`);
  if (after?.type === "directory" && before?.type !== "directory")
    missing.push(`the folder ${shown} is there, with mode ${octal(after.mode)}`);
  if (after?.type === "file" && before?.type !== "file" && after.mode !== usualMode(after))
    missing.push(`${shown} has mode ${octal(after.mode)}`);
  if (before !== null && after !== null && before.type === after.type && hasOtherMode(before, after) && hasSameGitMode(before, after)) {
    missing.push(`the mode of ${shown} changes from ${octal(before.mode)} to ${octal(after.mode)}`);
  }
  return missing;
}

type Piece = Omit<FilePatch, "change">;

async function makePiece(before: Leaf | null, after: Leaf | null, context: PatchContext): Promise<Piece> {
  const shown = printablePath(eitherOf(after, before).path);
  if (before !== null && after !== null && isSameLeaf(before, after)) {
    const lines = formatHeader(before, after, null);
    return { content: "unchanged", insertions: 0, deletions: 0, patch: Buffer.from(lines === null ? "" : lines, "latin1"), missing: [] };
  }
  if (Math.max(sizeOf(before), sizeOf(after)) > MOST_PATCH_BYTES) {
    const why = `${shown} is too large for a patch (${sizeOf(before)} and ${sizeOf(after)} bytes)`;
    return unreadPiece(before, after, "too_large", why);
  }
  const bytes = {
    before: before === null ? Buffer.alloc(0) : context.contents.before(before),
    after: after === null ? Buffer.alloc(0) : context.contents.after(after),
  };
  if (bytes.before === undefined || bytes.after === undefined) {
    return unreadPiece(null, null, "unavailable", `${shown} changed while it was compared`);
  }
  return describeBytes({ before, after }, { before: bytes.before, after: bytes.after }, context);
}

function unreadPiece(before: Leaf | null, after: Leaf | null, content: ContentKind, why: string): Piece {
  const patch =
    before === null && after === null ? "" : formatDiffers(before, after, { before: contentId(before), after: contentId(after) });
  return { content, insertions: 0, deletions: 0, patch: Buffer.from(patch, "latin1"), missing: [why] };
}

async function describeBytes(
  { before, after }: { before: Leaf | null; after: Leaf | null },
  bytes: { before: Buffer; after: Buffer },
  { slice, binary }: PatchContext,
): Promise<Piece> {
  const ids = { before: before === null ? NO_OBJECT : blobId(bytes.before), after: after === null ? NO_OBJECT : blobId(bytes.after) };
  const header = formatHeader(before, after, ids) ?? "";
  const none = { insertions: 0, deletions: 0 };
  if (bytes.before.includes(0) || bytes.after.includes(0)) {
    const shown = printablePath(eitherOf(after, before).path);
    const patch = binary ? header + formatBinary(bytes) : formatDiffers(before, after, ids);
    return { content: "binary", ...none, patch: Buffer.from(patch, "latin1"), missing: binary ? [] : [`${shown} is binary`] };
  }
  const oldLines = splitLines(bytes.before);
  const newLines = splitLines(bytes.after);
  const edits = await findLineEdits(oldLines, newLines, slice);
  const names =
    edits.length === 0
      ? ""
      : `--- ${before === null ? "/dev/null" : name("a", before)}\n+++ ${after === null ? "/dev/null" : name("b", after)}\n`;
  return {
    content: "text",
    insertions: edits.reduce((sum, { newCount }) => sum + newCount, 0),
    deletions: edits.reduce((sum, { oldCount }) => sum + oldCount, 0),
    patch: Buffer.from(header + names + formatHunks(oldLines, newLines, edits), "latin1"),
    missing: [],
  };
}

/** The lines above the hunks; null for two files that are the same to git. */
function formatHeader(before: Leaf | null, after: Leaf | null, ids: { before: string; after: string } | null): string | null {
  const old = eitherOf(before, after);
  const now = eitherOf(after, before);
  const lines = [`diff --git ${name("a", old)} ${name("b", now)}`];
  const [oldMode, newMode] = [gitMode(old), gitMode(now)];
  if (before === null) lines.push(`new file mode ${newMode}`);
  else if (after === null) lines.push(`deleted file mode ${oldMode}`);
  else if (oldMode !== newMode) lines.push(`old mode ${oldMode}`, `new mode ${newMode}`);
  if (old.path !== now.path) {
    const quoted = [old, now].map(({ path }) => quotePath(path, { spaces: true }));
    lines.push("similarity index 100%", `rename from ${quoted[0]}`, `rename to ${quoted[1]}`);
  }
  if (ids !== null)
    lines.push(`index ${ids.before}..${ids.after}${before !== null && after !== null && oldMode === newMode ? ` ${newMode}` : ""}`);
  return lines.length === 1 && ids === null && before !== null && after !== null && isSameLeaf(before, after)
    ? null
    : `${lines.join("\n")}\n`;
}

function eitherOf(one: Leaf | null, other: Leaf | null): Leaf {
  const leaf = one ?? other;
  if (leaf === null) throw new Error("a change without a file");
  return leaf;
}

/**
 * Git refuses a whole patch with this in it, for the ids without the content. There is nothing else above, because of a new file's header
 * alone `patch` would make an empty file.
 */
function formatDiffers(before: Leaf | null, after: Leaf | null, ids: { before: string; after: string }): string {
  const [old, now] = [before === null ? "/dev/null" : name("a", before), after === null ? "/dev/null" : name("b", after)];
  const names = `${name("a", eitherOf(before, after))} ${name("b", eitherOf(after, before))}`;
  return `diff --git ${names}\nindex ${ids.before}..${ids.after}\nBinary files ${old} and ${now} differ\n`;
}

function name(side: "a" | "b", { path }: Leaf): string {
  return quotePath(`${side}/${path}`, { spaces: true });
}

/** Git knows of a file whether its owner may execute it, and nothing else. */
function gitMode(leaf: Leaf): string {
  if (leaf.type === "symlink") return "120000";
  return (leaf.mode & 0o100) === 0 ? "100644" : "100755";
}

/** Git knows no folders, so no modes of theirs either. */
function hasSameGitMode(before: TreeEntry, after: TreeEntry): boolean {
  return before.type === "directory" || after.type === "directory" || gitMode(before) === gitMode(after);
}

function usualMode({ mode }: FileEntry): number {
  return (mode & 0o100) === 0 ? 0o644 : 0o755;
}

function isSameLeaf(one: Leaf, other: Leaf): boolean {
  if (one.type === "symlink") return other.type === "symlink" && one.target === other.target;
  return other.type === "file" && one.sha256 === other.sha256;
}

function sizeOf(leaf: Leaf | null): number {
  return leaf?.type === "file" ? leaf.size : 0;
}

/** The id that git gives to a content. */
function blobId(bytes: Buffer): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** Stands for the id of a content that is too large to be read for it; no repository has it. */
function contentId(leaf: Leaf | null): string {
  return leaf?.type === "file" ? leaf.sha256.slice(0, NO_OBJECT.length) : NO_OBJECT;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}
