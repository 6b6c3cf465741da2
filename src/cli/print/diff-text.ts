import { quotePath, type Change, type Diff, type DiffSide, type TreeEntry } from "../../index.js";
import { byteSize } from "./byte-size.js";
import { counted } from "./counted.js";
import { reasonText } from "./reason-text.js";
import { safe } from "./safe-text.js";

const WORDS: Readonly<Record<Change["kind"], string>> = {
  added: "added",
  deleted: "deleted",
  modified: "modified",
  renamed: "renamed",
  retyped: "replaced",
};

/** The text of `stepback diff`: every path with what became of it, and the counts. */
export function diffText({ from, to, changes }: Diff): string {
  const sides = `${sideText(from)} and ${sideText(to)}`;
  if (changes.length === 0) return `No differences between ${sides}.\n`;
  const width = Math.max(...changes.map(({ kind }) => WORDS[kind].length));
  const lines = changes.map((change) => `  ${WORDS[change.kind].padEnd(width)}  ${placeText(change)}${detailText(change)}\n`);
  return `Changes from ${sideText(from)} to ${sideText(to)}:\n\n${lines.join("")}\n${countsText(changes)}\n`;
}

export function sideText(side: DiffSide): string {
  if (side.kind === "checkpoint") return `'${safe(side.id)}'`;
  return side.kind === "live" ? "the directory" : "an empty directory";
}

function placeText({ oldPath, path, before, after }: Change): string {
  const shown = path === "" ? "./" : safe(path) + ((after ?? before)?.type === "directory" ? "/" : "");
  return oldPath === null ? shown : `${safe(oldPath)} -> ${shown}`;
}

function detailText({ kind, before, after }: Change): string {
  const details: (string | false)[] = [];
  if (kind === "retyped" && before !== null && after !== null) details.push(`${before.type} -> ${after.type}`);
  else if (before === null || after === null) details.push(describeEntry(after ?? before));
  else {
    details.push(contentText(before, after));
    details.push(before.type !== "symlink" && before.mode !== after.mode && `mode ${octal(before.mode)} -> ${octal(after.mode)}`);
  }
  const told = details.filter((detail) => detail !== false && detail !== "");
  return told.length === 0 ? "" : ` (${told.join(", ")})`;
}

function describeEntry(entry: TreeEntry | null): string {
  if (entry?.type === "file") return byteSize(entry.size);
  return entry?.type === "symlink" ? `-> ${safe(entry.target)}` : "";
}

function contentText(before: TreeEntry, after: TreeEntry): string | false {
  if (before.type === "symlink" && after.type === "symlink") return `-> ${safe(after.target)}, was ${safe(before.target)}`;
  if (before.type !== "file" || after.type !== "file" || before.sha256 === after.sha256) return false;
  return before.size === after.size ? byteSize(after.size) : `${byteSize(before.size)} -> ${byteSize(after.size)}`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function countsText(changes: readonly Change[]): string {
  const kinds = ["added", "modified", "deleted", "renamed", "retyped"] as const;
  const counts = kinds.map((kind) => ({ kind, count: changes.filter((change) => change.kind === kind).length }));
  const told = counts.filter(({ count }) => count > 0).map(({ kind, count }) => `${count} ${WORDS[kind]}`);
  return `${counted(changes.length, "path")} changed: ${told.join(", ")}`;
}

const LETTERS: Readonly<Record<Change["kind"], string>> = { added: "A", deleted: "D", modified: "M", renamed: "R100", retyped: "T" };

/** The text of `--name-status`: as git prints it, with tabs, and names in quotes where they are not plain. */
export function nameStatusText({ changes }: Diff): string {
  return changes
    .map((change) => {
      const isFolder = (change.after ?? change.before)?.type === "directory";
      const path = change.path === "" ? "./" : change.path + (isFolder ? "/" : "");
      const paths = [...(change.oldPath === null ? [] : [change.oldPath]), path].map((one) => quotePath(one, { spaces: false }));
      return `${LETTERS[change.kind]}\t${paths.join("\t")}\n`;
    })
    .join("");
}

/** A line for each path of which a side knows nothing. */
export function notComparedLines({ notCompared, from, to }: Diff): { text: string; isFailure: boolean }[] {
  return notCompared.map(({ path, side, reason, detail }) => ({
    text: `! Not compared: ${safe(path)} (in ${sideText(side === "from" ? from : to)}: ${reasonText(reason, detail)})`,
    isFailure: reason === "unreadable" || reason === "unstable",
  }));
}
