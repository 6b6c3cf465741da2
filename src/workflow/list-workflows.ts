import { parseWorkflow, type WorkflowRecord } from "../formats/index.js";
import { readWorkflowBytes, removeWorkflowFile, workflowPath, workflowsSetAside, type Store } from "../store/index.js";
import type { WorkflowAccess } from "./access.js";
import { assertNotRunning } from "./claim.js";
import type { WorkflowDefinition } from "./definition.js";
import { readDefinition } from "./read-definition.js";
import { findSetAside } from "./begin-workflow.js";
import { RecordFile } from "./record-file.js";

/** Every workflow of one store, the current one first. @throws WorkflowUnusableError */
export function listWorkflows(store: Store): WorkflowRecord[] {
  const current = new RecordFile(store).read();
  const others = workflowsSetAside(store).map((path) => parseWorkflow((readWorkflowBytes(path) ?? Buffer.alloc(0)).toString(), path));
  return [...(current === null ? [] : [current]), ...others];
}

/** Removes the records of a workflow; its checkpoints stay. False when there were none. */
export async function forgetWorkflow(access: WorkflowAccess, id: string): Promise<boolean> {
  const { store } = access;
  if (!listWorkflows(store).some((record) => record.id === id)) return false;
  return access.write("workflow forget", {}, async () => {
    const current = new RecordFile(store).read();
    if (current?.id === id) {
      assertNotRunning(current, store.path);
      removeWorkflowFile(workflowPath(store));
    }
    for (let found = findSetAside(store, id); found !== null; found = findSetAside(store, id)) removeWorkflowFile(found.path);
    return true;
  });
}

/** Reads and checks the workflow file of a directory, or the one that is named. @throws WorkflowInvalidError, WorkflowNotFoundError */
export async function readWorkflowFile(directory: string, file?: string): Promise<WorkflowDefinition> {
  return (await readDefinition(directory, file ?? null)).definition;
}
