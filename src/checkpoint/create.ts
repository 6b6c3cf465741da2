import type { Config, RunRecord } from "../formats/index.js";
import type { StoreWriter } from "../store/index.js";
import { captureDirectory } from "./capture.js";
import { toCheckpoint } from "./list.js";
import { checkRequest, publishCapture } from "./record.js";
import type { CallOptions, CreatedCheckpoint, CreateRequest } from "./requests.js";

export interface CreateEnvironment {
  config: Config;
  options: CallOptions;
  /** For a wrapped step: what is about to run. */
  run?: RunRecord;
  /** The script of the threads that help with much work, null for none. */
  workerScript?: string | null;
}

/**
 * Takes a checkpoint of the live directory; when this returns it survives a power cut.
 * @throws InvalidArgumentError, TreeTooLargeError, NoSpaceError, StoreUnusableError, InterruptedError; nothing is left behind then
 */
export async function createCheckpoint(
  writer: StoreWriter,
  request: CreateRequest,
  environment: CreateEnvironment,
): Promise<CreatedCheckpoint> {
  checkRequest(request);
  const { config, options, workerScript = null } = environment;
  const capture = await captureDirectory({ store: writer.store, config, records: writer.index.checkpoints, writer, options, workerScript });
  try {
    options.onProgress?.({ activity: "flush", doneEntries: 0, totalEntries: null, doneBytes: 0, totalBytes: null });
    const { record, warnings } = await publishCapture(writer, capture, { request, backupOf: null, run: environment.run ?? null });
    return {
      ...toCheckpoint(writer.store, record),
      uncaptured: capture.uncaptured,
      removed: [],
      warnings: [...writer.entry.warnings, ...warnings],
    };
  } finally {
    await capture.open?.discard();
  }
}
