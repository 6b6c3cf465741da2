/** Tools that make one plain folder for each state: copies, links, rsync, and Python's copytree, as script-based tools use it. */
import { existsSync, renameSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { nodeCommand, runCommand } from "../measure-process.mjs";

const BARE = fileURLToPath(new URL("bare.cjs", import.meta.url));

const COPYTREE = "import shutil, sys; shutil.copytree(sys.argv[1], sys.argv[2], symlinks=True, dirs_exist_ok=True)";

/** Knows nothing of earlier states: each further copy costs what the first one does, which is not measured again on large trees. */
export function openCopies(scene) {
  const copy = (from, to) => ({ program: "cp", args: ["-a", from, to] });
  const { folders, base, next, onBase } = openFolders(scene, "copies", copy);
  const further = onBase(() => copy(scene.tree, next), { sizes: ["S", "M", "B"] });
  return folders({
    unchanged: further,
    changed: further,
    restore: rewriting(scene, (_, target) => copy(`${base}/.`, target)),
    "restore-all": { command: () => copy(`${base}/.`, scene.tree) },
    verify: { command: () => ({ program: "diff", args: ["-rq", base, scene.tree] }) },
  });
}

/** The least that a snapshot of links can take: it never looks at the live tree, so it is a floor and no peer. */
export function openLinks(scene) {
  const { folders, base, next, onBase } = openFolders(scene, "links", (from, to) => ({ program: "cp", args: ["-a", from, to] }));
  const further = onBase(() => ({ program: "cp", args: ["-al", base, next] }));
  const { operations, ...rest } = folders({ unchanged: further, changed: further, "delete-oldest": removing(scene, "links") });
  delete operations.first;
  return { ...rest, operations, history: undefined };
}

export function openRsync(scene, { program, version }) {
  const name = `rsync-${version}`;
  const rsync = (...args) => ({ program, args: ["-a", ...args] });
  const { folders, base, next, onBase } = openFolders(scene, name, (from, to) => rsync(`${from}/`, to));
  const behind = (older, newer) => rsync("--delete", `--link-dest=${older}`, `${scene.tree}/`, newer);
  const further = onBase(() => behind(base, next));
  const back = { command: () => rsync("--delete", `${base}/`, scene.tree) };
  const state = (number) => scene.beside(`${name}-history-${number}`);
  return {
    ...folders({
      unchanged: further,
      changed: further,
      restore: back,
      "restore-all": back,
      verify: { command: () => rsync("--dry-run", "--checksum", "--delete", `${base}/`, scene.tree) },
      "delete-oldest": removing(scene, name),
    }),
    history: {
      paths: Array.from({ length: 11 }, (_, number) => state(number)),
      store: (number) => (number === 0 ? rsync(`${scene.tree}/`, state(0)) : behind(state(number - 1), state(number))),
    },
  };
}

/** What the calls themselves cost a program in Node; a floor and no peer. */
export function openBare(scene) {
  const bare = (...args) => nodeCommand(BARE, ...args);
  const { folders, base, next, onBase } = openFolders(scene, "bare", (from, to) => bare("copy", from, to));
  return folders({
    unchanged: onBase(() => bare("link", scene.tree, base, next)),
    "restore-all": { command: () => bare("copy", base, scene.tree) },
    verify: { command: () => bare("hash", base) },
  });
}

export function openCopytree(scene, { python }) {
  const copy = (from, to) => ({ program: python, args: ["-c", COPYTREE, from, to] });
  const { folders, base, next, onBase } = openFolders(scene, "copytree", copy);
  const further = onBase(() => copy(scene.tree, next), { sizes: ["S", "M", "B"] });
  return folders({
    unchanged: further,
    changed: further,
    restore: rewriting(scene, (_, target) => copy(base, target)),
    "restore-all": { command: () => copy(base, scene.tree) },
  });
}

/**
 * What all of them have in common.
 * @param {(from: string, to: string) => import("../measure-process.mjs").Command} copy makes the first state
 */
function openFolders(scene, name, copy) {
  const [base, next] = [scene.beside(`${name}-base`), scene.beside(`${name}-next`)];
  const onBase = (command, more = {}) => ({ prepare: () => scene.discard(next), command, ...more });
  const folders = (operations) => ({
    async base() {
      if (!existsSync(base)) await runCommand(copy(scene.tree, base));
    },
    keep: () => renameSync(next, base),
    operations: { first: onBase(() => copy(scene.tree, next)), ...operations },
  });
  return { folders, base, next, onBase };
}

/** Goes back by writing every file anew, which is done to a second tree. */
export function rewriting(scene, commandFor) {
  let place;
  return {
    rewrites: true,
    async prepare() {
      place = await scene.takeCopy();
    },
    command: () => commandFor(place.folder, place.copy),
  };
}

/** An older state most of whose files the next one shares. */
function removing(scene, name) {
  const oldest = `${name}-oldest`;
  return {
    prepare() {
      scene.discard(scene.beside(oldest));
      scene.linkCopy(`${name}-base`, oldest);
    },
    command: () => ({ program: "rm", args: ["-rf", scene.beside(oldest)] }),
  };
}
