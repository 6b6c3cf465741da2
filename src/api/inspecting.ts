export { describeSettings } from "../config/index.js";
export { readGitHead } from "../git-head/index.js";
export { readStatus, verifyCheckpoints } from "../health/index.js";
export { previewRestore, readUnfinishedRestore } from "../restore/index.js";
export { previewClean } from "../retention/index.js";
export { readManifest } from "../store/index.js";
