import fc from "fast-check";
import type { EditedDirectory } from "./live-edits.js";
import { anyName, anyPath, anyText, command, nothing, pathIn, whichPath } from "./model-command.js";
import { folderOf, isBelow, type ModelEntry } from "./model-tree.js";

interface Found {
  live: EditedDirectory;
  path: string;
  entry: ModelEntry;
}

/** An edit of something that is there, if anything is. */
function edit<Given>(label: string, given: fc.Arbitrary<Given>, make: (found: Found, given: Given) => void) {
  return command(label, fc.tuple(whichPath, given), ([which, value]) => ({ live }) => {
    const path = pathIn(live.tree, which);
    const entry = path === undefined ? undefined : live.tree.get(path);
    if (path !== undefined && entry !== undefined) make({ live, path, entry }, value);
  });
}

const targets = fc.constantFrom("a", "../b", "/nowhere");
const modes = fc.constantFrom(0o600, 0o644, 0o755, 0o500, 0, 0o4711);

/** The hardest to see: neither size nor time of modification tells. */
const rewriteAtOldTime = edit("rewriteAtOldTime", nothing, ({ live, path, entry }) => {
  if (entry.type === "file")
    live.write(
      path,
      entry.content.replace(/./, (letter) => (letter === "#" ? "!" : "#")),
      true,
    );
});

/** Everything that people and programs do to a directory. */
export const editCommands = [
  command(
    "write",
    fc.tuple(anyPath, anyText),
    ([path, text]) =>
      ({ live }) =>
        live.write(path, text),
  ),
  command(
    "makeFolder",
    anyPath,
    (path) =>
      ({ live }) =>
        live.makeFolder(path),
  ),
  command(
    "makeSymlink",
    fc.tuple(anyPath, targets),
    ([path, target]) =>
      ({ live }) =>
        live.makeSymlink(path, target),
  ),
  edit("append", anyText, ({ live, path, entry }, more) => {
    if (entry.type === "file") live.write(path, entry.content + more);
  }),
  rewriteAtOldTime,
  rewriteAtOldTime,
  rewriteAtOldTime,
  edit("becomeFolder", anyName, ({ live, path }, name) => live.write(`${path}/${name}`, "below what was there")),
  edit("becomeFile", anyText, ({ live, path }, text) => live.write(path, text)),
  edit("becomeSymlink", targets, ({ live, path }, target) => live.makeSymlink(path, target)),
  edit("remove", nothing, ({ live, path }) => live.remove(path)),
  edit("rename", anyPath, ({ live, path }, to) => {
    const isFree = !live.tree.has(to) && !isBelow(to, path);
    if (isFree && live.tree.get(folderOf(to))?.type === "directory") live.rename(path, to);
  }),
  edit("setMode", modes, ({ live, path }, mode) => live.setMode(path, mode)),
  edit("touch", nothing, ({ live, path }) => live.touch(path)),
];
