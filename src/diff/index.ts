/**
 * Diff: what differs between two checkpoints, or a checkpoint and the directory; patches; single stored files and their history.
 * Promises: reads only, without a lock; what a side left out is named and never called deleted; bytes that are not as a manifest says are
 * never given out; what a patch cannot tell is said; at most one file is held in memory at a time.
 * Must never: write anything.
 */
export * from "./requests.js";
export { diffCheckpoints, diffOfOperations, diffWithPredecessor, isIncomplete, patchOf, type DiffPlace } from "./diff.js";
export { compareTrees, hasOtherMode, type ComparedTree } from "./compare-trees.js";
export { findPaths } from "./find-paths.js";
export { openStoredFile, type StoredContent } from "./read-file.js";
export { quotePath } from "./quote-path.js";
export { foldVersions, listVersions, type Sighting } from "./versions.js";
