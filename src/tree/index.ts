/**
 * Tree: what stands in a directory: the scan, the ignore rules, and the comparison of entries.
 * Promises: no symlink is followed; every path that is left out is named with its reason; names in any bytes are kept.
 * Must never: read a file's contents, or write anything.
 */
export { scanTree, type Scan, type ScannedEntry, type ScannedFile, type ScanRequest } from "./scan-tree.js";
export { loadIgnoreRules, makeIgnoreRules, IGNORE_FILE, type IgnoreRules } from "./ignore-rules.js";
export { hasSameAttributes, hasSameContent, hasSameIdentity, isRacy } from "./compare-entries.js";
export { resolvePath } from "./resolve-path.js";
