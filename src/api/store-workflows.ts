import type { CallOptions } from "../checkpoint/index.js";
import type { WorkflowRecord } from "../formats/index.js";
import type {
  StepCompletion,
  WorkflowAccess,
  WorkflowDefinition,
  WorkflowOutcome,
  WorkflowPreview,
  WorkflowResumeOptions,
  WorkflowRunOptions,
  WorkflowStartRequest,
  WorkflowStatus,
} from "../workflow/index.js";
import type { Workflows } from "./checkpoints.js";
import { RECORD_WAIT_MS, type StoreAccess } from "./store-access.js";

const load = () => import("./workflow.js");

/** The workflows of one directory; the room is loaded with the first call. */
export class StoreWorkflows implements Workflows {
  readonly #store: StoreAccess;

  constructor(store: StoreAccess) {
    this.#store = store;
  }

  async run(options: WorkflowRunOptions = {}): Promise<WorkflowOutcome> {
    const { runWorkflow } = await load();
    return runWorkflow(await this.#access(), options);
  }

  async preview(options: WorkflowResumeOptions = {}): Promise<WorkflowPreview> {
    const { previewWorkflow } = await load();
    return previewWorkflow(await this.#access(), options);
  }

  async resume(options: WorkflowResumeOptions = {}): Promise<WorkflowOutcome> {
    const { readRecord, resumeForCaller, runWorkflow } = await load();
    const access = await this.#access();
    const { file, id } = readRecord(access, options.id);
    if (file === null && options.file === undefined) return resumeForCaller(access, options);
    const named = options.restart === true ? {} : { id };
    return runWorkflow(access, { ...options, ...named, file: options.file ?? file ?? undefined });
  }

  async start(request: WorkflowStartRequest): Promise<WorkflowStatus> {
    const { startWorkflow } = await load();
    return this.#tell((await startWorkflow(await this.#access(), request)).id);
  }

  async status(id?: string, options: CallOptions = {}): Promise<WorkflowStatus> {
    const { readWorkflowStatus } = await load();
    return readWorkflowStatus(await this.#access(), id, options);
  }

  async complete(step: string | number, completion: StepCompletion = {}): Promise<WorkflowStatus> {
    const { completeByCaller } = await load();
    return this.#tell((await completeByCaller(await this.#access(), String(step), completion)).id);
  }

  async fail(step: string | number, failure: { reason?: string; id?: string } = {}): Promise<WorkflowStatus> {
    const { failByCaller } = await load();
    return this.#tell((await failByCaller(await this.#access(), String(step), failure)).id);
  }

  async list(): Promise<WorkflowRecord[]> {
    const { listWorkflows } = await load();
    return listWorkflows(this.#store.store);
  }

  async forget(id: string): Promise<boolean> {
    const { forgetWorkflow } = await load();
    return forgetWorkflow(await this.#access(), id);
  }

  async readFile(file?: string): Promise<WorkflowDefinition> {
    const { readWorkflowFile } = await load();
    return readWorkflowFile(this.#store.store.directory, file);
  }

  /** How it stands after a change. Only who goes on with it, or asks, has the stored files read: there is a change for each step. */
  async #tell(id: string): Promise<WorkflowStatus> {
    const { readWorkflowStatus } = await load();
    return readWorkflowStatus({ ...(await this.#access()), findDamaged: async () => [] }, id, {});
  }

  async #access(): Promise<WorkflowAccess> {
    const { verifyCheckpoints, withStoreLock } = await load();
    const access = this.#store;
    const { workerScript } = await access.environment({});
    return {
      store: access.store,
      config: access.config,
      workerScript,
      durability: access.config.durability,
      now: () => access.now(),
      read: () => access.read(),
      write: (command, options, work) => access.write(command, options, work),
      lock: (command, work) => withStoreLock(access.store, access.writing(command, { lockWaitMs: RECORD_WAIT_MS }), work),
      findDamaged: async (ids, options) => {
        const { checkpoints } = await verifyCheckpoints(access.store, access.read(), ids, await access.environment(options));
        return checkpoints.filter(({ status }) => status !== "whole").map(({ id }) => id);
      },
    };
  }
}
