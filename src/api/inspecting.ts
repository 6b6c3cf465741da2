export { describeSettings } from "../config/index.js";
export { readGitHead } from "../git-head/index.js";
export { runTestCommand, validateDirectory, verifyCheckpoints } from "../health/index.js";
export { previewRestore } from "../restore/index.js";
export { readManifest } from "../store/index.js";
