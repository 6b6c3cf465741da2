/**
 * Health: hold stored bytes against the manifests, put a damaged store right, and say how things stand.
 * Promises: verify and status write nothing; repair only rebuilds what manifests prove and keeps what it replaces.
 * Must never: remove a checkpoint because it is damaged.
 */
export * from "./reports.js";
export { verifyCheckpoints } from "./verify.js";
export { repairStore } from "./repair.js";
export { readStatus } from "./status.js";
