import { readIndex } from "../store/index.js";
import type { RecoverRequest, RecoverResult, TaskView } from "../recovery/index.js";
import type { TaskMethods } from "./checkpoints.js";
import type { StoreAccess } from "./store-access.js";

/** The tasks of one store. */
export function taskMethods(access: StoreAccess): TaskMethods {
  const find = async (taskId: string): Promise<TaskView | null> => {
    const { listCheckpoints, viewTask } = await import("./recovering.js");
    const state = readIndex(access.store);
    return viewTask(listCheckpoints(access.store, state, {}).checkpoints, state.index, taskId);
  };
  return {
    list: async () => {
      const { listCheckpoints, viewTasks } = await import("./recovering.js");
      const state = readIndex(access.store);
      return viewTasks(listCheckpoints(access.store, state, {}).checkpoints, state.index);
    },
    find,
    options: async (taskId) => (await find(taskId))?.options ?? [],
    latest: async (taskId) => (await find(taskId))?.latest ?? null,
  };
}

/** Nothing to go back to is an answer, also where there is no store yet. */
export async function recoverTask(access: StoreAccess, request: RecoverRequest): Promise<RecoverResult> {
  const { previewRecovery, recover } = await import("./recovering.js");
  const state = readIndex(access.store);
  if (request.dryRun === true || !state.listing.exists) {
    return previewRecovery({ store: access.store, state, config: access.config, now: access.now() }, request);
  }
  return access.write("recover", request, (writer) => recover(writer, request, access.config));
}
