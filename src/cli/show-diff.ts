import type { Checkpoints, Diff, FilePatch } from "../index.js";
import type { CommandContext } from "./context.js";
import { diffText, nameStatusText, notComparedLines } from "./print/diff-text.js";
import { patchText } from "./print/patch-text.js";
import { safe } from "./print/safe-text.js";
import { statText, type StatRow } from "./print/stat-text.js";

export interface DiffForm {
  kind: "summary" | "--name-status" | "--stat" | "--patch";
  /** Binary files are in the patch. */
  binary: boolean;
}

/**
 * Prints a comparison: the answer on stdout; what was not compared, and what a patch cannot tell, on stderr, so that other programs can read
 * every form.
 */
export async function showDiff(context: CommandContext, checkpoints: Checkpoints, diff: Diff, form: DiffForm): Promise<void> {
  if (context.flags.json) await showJson(context, checkpoints, diff, form);
  else if (form.kind === "--patch") await showPatch(context, checkpoints, diff, form);
  else if (form.kind === "--stat") context.output.answer(null, await statOf(context, checkpoints, diff));
  else context.output.answer(null, () => (form.kind === "summary" ? diffText(diff) : nameStatusText(diff)));
  for (const { text, isFailure } of notComparedLines(diff)) {
    if (isFailure) context.output.tell(text);
    else context.output.remark(text);
  }
}

/** Byte for byte, because names and lines need not be text; on a terminal as text that cannot steer it. */
async function showPatch(context: CommandContext, checkpoints: Checkpoints, diff: Diff, { binary }: DiffForm): Promise<void> {
  const { io, flags } = context;
  const colorizePatch = io.useColor && flags.color ? (await import("./print/colorize.js")).colorizePatch : (text: string) => text;
  const missing: string[] = [];
  for await (const piece of checkpoints.patch(diff, { binary, signal: io.signal })) {
    missing.push(...piece.missing);
    io.stdout(io.writesToTerminal === true ? colorizePatch(patchText(piece.patch)) : piece.patch);
    if ((await io.drain?.()) === "gone") return;
  }
  for (const one of missing) context.output.remark(`! Not in the patch: ${safe(one)}`);
}

async function statOf(context: CommandContext, checkpoints: Checkpoints, diff: Diff): Promise<() => string> {
  const rows: StatRow[] = [];
  for await (const { change, content, insertions, deletions } of checkpoints.patch(diff, { signal: context.io.signal })) {
    rows.push({ change, content, insertions, deletions });
  }
  return () => statText(rows, context.io.columns);
}

async function showJson(context: CommandContext, checkpoints: Checkpoints, diff: Diff, { kind, binary }: DiffForm): Promise<void> {
  if (kind !== "--stat" && kind !== "--patch") return context.output.answer(diff, () => "");
  const changes: unknown[] = [];
  for await (const { change, patch, missing, ...counts } of checkpoints.patch(diff, { binary, signal: context.io.signal })) {
    changes.push({ ...change, ...counts, ...(kind === "--patch" ? { ...patchMember(patch), missing } : {}) });
  }
  context.output.answer({ ...diff, changes }, () => "");
}

/** JSON holds text only. */
function patchMember(patch: FilePatch["patch"]): { patch: string } | { patchB64: string } {
  const bytes = Buffer.from(patch);
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? { patch: text } : { patchB64: bytes.toString("base64") };
}
