export { listCheckpoints } from "../checkpoint/index.js";
export { previewRecovery, recover, viewTask, viewTasks } from "../recovery/index.js";
