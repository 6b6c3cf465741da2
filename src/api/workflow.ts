export { verifyCheckpoints } from "../health/index.js";
export { withStoreLock } from "../store/index.js";
export {
  completeByCaller,
  failByCaller,
  findWorkflows,
  forgetWorkflow,
  listWorkflows,
  previewWorkflow,
  readRecord,
  readWorkflowFile,
  readWorkflowStatus,
  resumeForCaller,
  runWorkflow,
  startWorkflow,
} from "../workflow/index.js";
