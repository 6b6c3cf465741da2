import type { Checkpoint } from "../../index.js";
import { shortCommit } from "./checkpoint-block.js";
import { safe } from "./safe-text.js";

/** Says from which commit the files are and where HEAD is now; null when that is the same, or was never known. */
export function gitMismatch(
  target: Pick<Checkpoint, "gitCommit" | "gitBranch">,
  head: { commit: string | null; branch: string | null },
): string | null {
  if (target.gitCommit === null || target.gitCommit === head.commit) return null;
  const now = head.commit === null ? "there is no commit here now" : `HEAD is now at ${place(head.commit, head.branch)}`;
  return `these files are from commit ${place(target.gitCommit, target.gitBranch)}; ${now}. Git itself is not changed.`;
}

function place(commit: string, branch: string | null): string {
  return `${shortCommit(commit)}${branch === null ? "" : ` (branch ${safe(branch)})`}`;
}
