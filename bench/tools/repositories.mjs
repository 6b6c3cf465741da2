/** Backup programs with a repository of their own: restic and borg. Both write every file anew to go back. */
import { dirname } from "node:path";
import { runCommand } from "../measure-process.mjs";
import { rewriting } from "./folders.mjs";

export function openRestic(scene) {
  const open = (name) => {
    const [repository, cache] = [scene.beside(`${name}-repository`), scene.beside(`${name}-cache`)];
    const env = { RESTIC_REPOSITORY: repository, RESTIC_CACHE_DIR: cache, RESTIC_PASSWORD: "bench" };
    const restic = (...args) => ({ program: "restic", args: ["--quiet", ...args], env, cwd: dirname(scene.tree) });
    return { paths: [repository, cache], restic, init: () => runCommand(restic("init")), store: () => restic("backup", "my-change") };
  };
  const { restic, ...main } = open("restic");
  const history = open("restic-history");
  const restoreTo = (folder) => restic("restore", "latest", "--target", folder);
  return openBackups(scene, main, {
    restore: rewriting(scene, (folder) => restoreTo(folder)),
    "restore-all": { command: () => restoreTo(dirname(scene.tree)) },
    verify: { command: () => restic("check", "--read-data") },
    "delete-oldest": {
      prepare: () => leaveTwo(scene, restic("forget", "--keep-last", "1"), main.store),
      command: () => restic("forget", "--keep-last", "1", "--prune"),
    },
    history: { open: history.init, paths: [history.paths[0]], store: history.store },
  });
}

/** Without encryption, at its default compression: the fastest that borg is. */
export function openBorg(scene) {
  const open = (name) => {
    const [repository, home] = [scene.beside(`${name}-repository`), scene.beside(`${name}-home`)];
    const env = { BORG_REPO: repository, BORG_BASE_DIR: home, BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: "yes" };
    const borg = (args, cwd = dirname(scene.tree)) => ({ program: "borg", args, env, cwd });
    const state = { last: 0 };
    return {
      paths: [repository, home],
      borg,
      state,
      init: () => runCommand(borg(["init", "--encryption", "none"])),
      store: () => borg(["create", `::state-${(state.last += 1)}`, "my-change"]),
    };
  };
  const { borg, state, ...main } = open("borg");
  const history = open("borg-history");
  const extractIn = (folder) => borg(["extract", `::state-${state.last}`], folder);
  const rewritten = rewriting(scene, (folder) => extractIn(folder));
  const prune = ["prune", "--keep-last", "1"];
  return openBackups(scene, main, {
    restore: {
      ...rewritten,
      async prepare() {
        await rewritten.prepare();
        scene.holdOn((await scene.takeCopy()).copy);
      },
    },
    "restore-all": { command: () => extractIn(dirname(scene.tree)) },
    verify: { command: () => borg(["check", "--verify-data"]) },
    "delete-oldest": {
      prepare: () => leaveTwo(scene, borg(prune), main.store),
      command: () => ({ ...borg([]), program: "sh", args: ["-c", `borg ${prune.join(" ")} && borg compact`] }),
    },
    history: { open: history.init, paths: [history.paths[0]], store: history.store },
  });
}

function openBackups(scene, { paths, init, store }, { history, ...operations }) {
  let isBased = false;
  const empty = async () => {
    paths.forEach((path) => scene.discard(path));
    await init();
  };
  return {
    async base() {
      if (isBased) return;
      await empty();
      await runCommand(store());
      isBased = true;
    },
    keep: () => void (isBased = true),
    operations: { first: { prepare: empty, command: store }, unchanged: { command: store }, changed: { command: store }, ...operations },
    history,
  };
}

/** Forgets all states but the newest and stores one more. */
async function leaveTwo(scene, forget, store) {
  await runCommand(forget);
  scene.change();
  await runCommand(store());
}
