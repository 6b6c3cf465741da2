/** How long `list` takes with few and with many checkpoints, beside git's log of as many commits. */
import { compare } from "./compare.mjs";
import { startLibrary } from "./library.mjs";
import { measureUsage, measureWall, nodeCommand, runCommand } from "./measure-process.mjs";
import { stepbackCommand } from "./tools/stepback.mjs";

export const LISTED = [50, 500];

/**
 * @param {number} count of the checkpoints; with a lower one measured before, those are added to
 * @param {{ scene: import("./scene.mjs").Scene, build: string, python: string | null, runs?: number, tools: { id: string }[] }} place
 */
export async function measureList(count, { scene, build, python, runs, tools }) {
  const { tree } = scene;
  const store = scene.beside(`store-list-${count}`);
  await fillStore({ build, tree, store, count });
  const commands = [
    { id: "node", command: nodeCommand("-e", "0") },
    { id: "stepback", command: stepbackCommand({ build, tree, store }, ["list"]) },
    ...(tools.some(({ id }) => id === "git") ? [{ id: "git", command: await makeGitLog(scene.beside(`git-list-${count}`), count) }] : []),
  ];
  return compare(
    commands.map(({ id, command }) => ({
      id,
      usages: python === null ? 0 : 3,
      warmUps: 3,
      walls: runs ?? 25,
      prepare: () => scene.settle(),
      measureWall: () => measureWall(command),
      measureUsage: () => measureUsage(command, python),
    })),
  );
}

/** Adds checkpoints to a store as a workflow of many steps does. */
export async function fillStore({ build, tree, store, count, from = 1 }) {
  const library = await startLibrary(build);
  try {
    await library.call({ name: "fill", tree, store, from, to: count });
  } finally {
    library.close();
  }
}

async function makeGitLog(repository, count) {
  const git = `git --git-dir='${repository}' -c user.name=bench -c user.email=bench@example.org`;
  const script = (text) => ({ program: "sh", args: ["-c", text] });
  const commit = `${git} commit-tree -m "Step $step of the workflow" "$tree"`;
  await runCommand(
    script(
      `${git} init --quiet --bare && tree=$(${git} mktree </dev/null) && step=1 && commit=$(${commit}) && ` +
        `while [ $step -lt ${count} ]; do step=$((step + 1)); commit=$(${commit} -p "$commit"); done && ${git} update-ref HEAD "$commit"`,
    ),
  );
  return script(`${git} log --date=iso`);
}
