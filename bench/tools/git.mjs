/** git with a folder of its own beside the tree, the way of going back that many agents hide behind the scenes. */
import { runCommand } from "../measure-process.mjs";

/** No settings of whoever runs this. */
const ENVIRONMENT = {
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_AUTHOR_NAME: "bench",
  GIT_AUTHOR_EMAIL: "bench@example.org",
  GIT_COMMITTER_NAME: "bench",
  GIT_COMMITTER_EMAIL: "bench@example.org",
};

/** Without housekeeping in the middle of a run. A commit more in the history costs the next run nothing. */
export function openGit(scene) {
  const { init, commit, repository, git, script } = openRepository(scene, "git-repository");
  const history = openRepository(scene, "git-history");
  let isBased = false;
  const empty = async () => {
    scene.discard(repository);
    await init();
  };
  const back = { command: () => script(`${git} reset --quiet --hard && ${git} clean -fdxq`) };
  const store = { command: () => commit };
  return {
    async base() {
      if (isBased) return;
      await empty();
      await runCommand(commit);
      isBased = true;
    },
    keep: () => void (isBased = true),
    operations: {
      first: { prepare: empty, command: () => commit },
      unchanged: store,
      changed: store,
      restore: back,
      "restore-all": back,
      verify: { command: () => script(`${git} fsck --full --no-dangling --no-progress`) },
    },
    history: { open: history.init, paths: [history.repository], store: () => history.commit },
  };
}

function openRepository(scene, name) {
  const repository = scene.beside(name);
  const git = `git --git-dir='${repository}' --work-tree='${scene.tree}'`;
  const script = (text) => ({ program: "sh", args: ["-c", text], env: ENVIRONMENT, cwd: scene.tree });
  return {
    repository,
    git,
    script,
    init: () => runCommand(script(`${git} init --quiet && ${git} config gc.auto 0 && ${git} config maintenance.auto false`)),
    commit: script(`${git} add -A && ${git} commit --quiet --allow-empty --message=state`),
  };
}
