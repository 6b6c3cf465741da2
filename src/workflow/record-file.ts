import { currentStepOf, encodeWorkflow, parseWorkflow, type WorkflowRecord, type WorkflowStepName } from "../formats/index.js";
import { InvalidArgumentError, StepNotFoundError, WorkflowNotFoundError } from "../errors/index.js";
import { KnownFile, type Durability } from "../platform/index.js";
import { readWorkflowBytes, saveWorkflowBytes, workflowPath, type Store } from "../store/index.js";

/** The record of a store's current workflow. A long-lived reader parses it again only when its bytes are other ones. */
export class RecordFile {
  readonly #store: Store;
  readonly #known = new KnownFile<WorkflowRecord>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Null when the store has none. @throws WorkflowUnusableError, FormatTooNewError */
  read(): WorkflowRecord | null {
    const path = workflowPath(this.#store);
    const known = this.#known.recall(path);
    if (known !== undefined) return known;
    const bytes = readWorkflowBytes(path);
    if (bytes === undefined) return null;
    const record = parseWorkflow(bytes.toString(), path);
    this.#known.learn(bytes, record);
    return record;
  }

  /** The record that a runner has claimed. @throws WorkflowNotFoundError when it was removed, or another one stands in its place */
  readClaimed(id: string): WorkflowRecord {
    const record = this.read();
    if (record?.id === id) return record;
    throw new WorkflowNotFoundError(`the record of '${id}' was removed or replaced while it ran`);
  }

  /** To be done under the lock. */
  save(record: WorkflowRecord, durability: Durability): WorkflowRecord {
    const bytes = this.#known.encode(record, (spare) => encodeWorkflow(record, spare));
    saveWorkflowBytes(this.#store, bytes, durability);
    return record;
  }
}

/** Finds a step by its number or its name. @throws StepNotFoundError, InvalidArgumentError for a name that stands twice */
export function findStep(record: Pick<WorkflowRecord, "id" | "steps">, text: string): WorkflowStepName {
  const byNumber = /^\d{1,6}$/.test(text) ? record.steps.find(({ number }) => number === Number(text)) : undefined;
  const named = record.steps.filter(({ name }) => name === text);
  const found = byNumber ?? named[0];
  if (found === undefined) throw new StepNotFoundError(text, record.id, record.steps.map(stepLabel));
  if (byNumber === undefined && named.length > 1) throw new InvalidArgumentError("step", text, "a step's number: several have this name");
  return found;
}

/** `3 (Create Specs)`. */
export function stepLabel({ number, name }: WorkflowStepName): string {
  return `${number} (${name})`;
}

export function isFinished(record: WorkflowRecord): boolean {
  return currentStepOf(record) === null;
}
