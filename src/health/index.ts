/**
 * Health: hold stored bytes against the manifests, put a damaged store right, and say how things stand.
 * Promises: status writes nothing, verify nothing but the hashes of damaged content; repair only rebuilds what manifests prove,
 * heals with nothing but bytes whose hash is right, and keeps the index that it replaces.
 * Must never: remove a checkpoint because it is damaged.
 */
export * from "./reports.js";
export { verifyCheckpoints } from "./verify.js";
export { repairStore } from "./repair.js";
export { readStatus, type StatusRequest } from "./status.js";
export { validateDirectory, type ValidationRequest } from "./validate.js";
export { runTestCommand } from "./test-command.js";
export { hashStoredFiles } from "./hash-stored-files.js";
