/** What else is used for going back, on the same trees: copies, links, rsync, git in a folder of its own, restic. */
import { compare } from "./compare.mjs";
import { runCommand } from "./measure-process.mjs";

const CHANGED_SHARE = 0.01;

/** The situations that are compared: with nothing stored yet, and behind a stored state of the tree. */
export const PEER_SITUATIONS = ["first", "unchanged", "changed"];

/** No settings of whoever runs this. */
const GIT_ENVIRONMENT = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_AUTHOR_NAME: "bench",
  GIT_AUTHOR_EMAIL: "bench@example.org",
  GIT_COMMITTER_NAME: "bench",
  GIT_COMMITTER_EMAIL: "bench@example.org",
};

/**
 * A tool that keeps states of a tree.
 * @typedef {object} Peer
 * @property {string} name
 * @property {string[] | null} version prints the version; null for ourselves
 * @property {(scene: import("./scene.mjs").Scene) => PeerAtWork} open
 */

/**
 * @typedef {object} PeerAtWork
 * @property {Partial<Record<string, import("./measure-process.mjs").Command>>} commands by situation; one that is not there does not apply
 * @property {() => unknown} empty leaves a place where nothing is stored
 * @property {() => unknown} base stores the tree as it is, in an empty place
 * @property {() => unknown} [rebase] before each run behind a base, takes away what the run before stored
 */

/** @type {Peer[]} */
const PEERS = [
  { name: "stepback", version: null, open: (scene) => openStepback(scene, "full") },
  { name: "stepback, `durability: none`", version: null, open: (scene) => openStepback(scene, "none") },
  { name: "cp -a", version: ["cp", "--version"], open: openCopy },
  { name: "cp -al", version: ["cp", "--version"], open: openLinks },
  { name: "rsync --link-dest", version: ["rsync", "--version"], open: openRsync },
  { name: "git add, commit", version: ["git", "--version"], open: openGit },
  { name: "restic", version: ["restic", "version"], open: openRestic },
];

/** Finds which peers are installed here; those that are not have null for a version. */
export async function findPeers() {
  return Promise.all(PEERS.map(async (peer) => ({ ...peer, version: peer.version === null ? "" : await readVersion(peer.version) })));
}

/** Measures the installed peers in one situation, in turn; those to which it does not apply are left out. */
export async function measurePeers(peers, situation, scene, walls) {
  await scene.clear();
  const contestants = [];
  for (const { name, open } of peers) {
    const peer = open(scene);
    const command = peer.commands[situation];
    if (command === undefined) continue;
    await peer.empty();
    if (situation !== "first") {
      await scene.allowUnchanged();
      await peer.base();
    }
    contestants.push({ name, command, prepare: () => prepare(peer, situation, scene) });
  }
  return compare(contestants, { warmUps: 1, walls, cpus: 0, peaks: 0 });
}

async function prepare(peer, situation, scene) {
  if (situation === "first") await peer.empty();
  else await peer.rebase?.();
  if (situation === "changed") scene.change(CHANGED_SHARE);
  await scene.settle();
}

function openStepback(scene, durability) {
  const create = scene.stepback(["create", "-q"], durability);
  return {
    commands: { first: create, unchanged: create, changed: create },
    empty() {
      scene.setDurability(durability);
      scene.removeStore(durability);
    },
    async base() {
      scene.setDurability(durability);
      await scene.makeBase(durability);
    },
    rebase() {
      scene.setDurability(durability);
      scene.takeBase(durability);
    },
  };
}

function openCopy(scene) {
  const copyTo = (target) => ({ program: "cp", args: ["-a", scene.tree, target] });
  return openFolders(scene, "copy", { copyTo, copyBeside: (_base, next) => copyTo(next) });
}

/** The least that a snapshot of links can take: it never looks at the live tree, so it is a floor and no peer. */
function openLinks(scene) {
  const copyTo = (target) => ({ program: "cp", args: ["-a", scene.tree, target] });
  const { commands, ...rest } = openFolders(scene, "links", {
    copyTo,
    copyBeside: (base, next) => ({ program: "cp", args: ["-al", base, next] }),
  });
  return { commands: { unchanged: commands.unchanged }, ...rest };
}

function openRsync(scene) {
  const rsync = (...args) => ({ program: "rsync", args: ["-a", ...args] });
  return openFolders(scene, "rsync", {
    copyTo: (target) => rsync(`${scene.tree}/`, target),
    copyBeside: (base, next) => rsync("--delete", `--link-dest=${base}`, `${scene.tree}/`, next),
  });
}

/** A tool that makes one folder for each state, the next one with a look at the one before. */
function openFolders(scene, name, { copyTo, copyBeside }) {
  const [base, next] = [scene.beside(`${name}-base`), scene.beside(`${name}-next`)];
  const further = copyBeside(base, next);
  return {
    commands: { first: copyTo(next), unchanged: further, changed: further },
    empty: () => [base, next].forEach((path) => scene.discard(path)),
    base: () => runCommand(copyTo(base)),
    rebase: () => scene.discard(next),
  };
}

/** Without housekeeping in the middle of a run. A commit more in the history costs the next run nothing. */
function openGit(scene) {
  const repository = scene.beside("git-repository");
  const git = `git --git-dir='${repository}' --work-tree='${scene.tree}'`;
  const script = (text) => ({ program: "sh", args: ["-c", text], env: GIT_ENVIRONMENT, cwd: scene.tree });
  const commit = script(`${git} add -A && ${git} commit --quiet --allow-empty --message=state`);
  return {
    commands: { first: commit, unchanged: commit, changed: commit },
    async empty() {
      scene.discard(repository);
      await runCommand(script(`${git} init --quiet && ${git} config gc.auto 0 && ${git} config maintenance.auto false`));
    },
    base: () => runCommand(commit),
  };
}

function openRestic(scene) {
  const [repository, cache] = [scene.beside("restic-repository"), scene.beside("restic-cache")];
  const env = { RESTIC_REPOSITORY: repository, RESTIC_CACHE_DIR: cache, RESTIC_PASSWORD: "bench" };
  const backup = { program: "restic", args: ["backup", "--quiet", scene.tree], env };
  return {
    commands: { first: backup, unchanged: backup, changed: backup },
    async empty() {
      [repository, cache].forEach((path) => scene.discard(path));
      await runCommand({ program: "restic", args: ["init", "--quiet"], env });
    },
    base: () => runCommand(backup),
  };
}

/** The first number with a point in what a program says of itself; null when it is not installed. */
async function readVersion([program, ...args]) {
  try {
    return /\d+(?:\.\d+)+/.exec(await runCommand({ program, args }))?.[0] ?? "of unknown version";
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}
