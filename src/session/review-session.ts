import { listCheckpoints } from "../checkpoint/index.js";
import { readGitHead } from "../git-head/index.js";
import { readActiveSession, type IndexState, type Store } from "../store/index.js";
import { describeSession } from "./describe-session.js";
import type { SessionReview } from "./requests.js";

const SHOWN_CHECKPOINTS = 5;

/** Looks at the session that was not ended: its state, the newest checkpoints, and where git was and is. Writes nothing. */
export function reviewSession(store: Store, state: IndexState, now: Date): SessionReview | null {
  const record = readActiveSession(store);
  if (record === null) return null;
  const { checkpoints } = listCheckpoints(store, state, {});
  const git = readGitHead(store.directory);
  const lastOwn = checkpoints.findLast(({ sessionId }) => sessionId === record.sessionId);
  const then = { commit: lastOwn?.gitCommit ?? record.gitCommit, branch: lastOwn?.gitBranch ?? record.gitBranch };
  return {
    session: describeSession(record, state.index.checkpoints, now),
    recentCheckpoints: checkpoints.slice(-SHOWN_CHECKPOINTS),
    git: { commit: git.commit, branch: git.branch },
    gitMismatch: describeMismatch(then, git),
  };
}

interface Head {
  commit: string | null;
  branch: string | null;
}

/** Says that HEAD is not where it was; null when it is, or when one of the two is not known. */
export function describeMismatch(then: Head, now: Head): string | null {
  if (then.commit === null || now.commit === null || then.commit === now.commit) return null;
  return `the repository was at ${describeHead(then)} when the session was last heard of, and is at ${describeHead(now)} now`;
}

function describeHead({ commit, branch }: Head): string {
  return `${commit?.slice(0, 9)}${branch === null ? "" : ` (branch ${branch})`}`;
}
