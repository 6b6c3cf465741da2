/**
 * Git head: the commit and branch of HEAD for a directory, read from git's own files.
 * Promises: no git command is ever run and nothing is written; a handful of small reads; whatever stands on disk, it
 * never throws: what cannot be read is a null commit and a warning, and no repository at all is no warning.
 * Must never: read through a ref name that leads out of the git folder, or look at GIT_DIR and other environment
 * variables: only files near the directory count.
 */
export { readGitHead, type GitHead } from "./read-git-head.js";
