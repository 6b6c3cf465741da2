import { withStoreWriter, type Store, type StoreWriter, type WriterRequest } from "../store/index.js";
import type { RecoveredRestore } from "./recover.js";

export interface AccessRequest extends Omit<WriterRequest, "recover"> {
  /** Told of every restore that a crash had left and that was ended on the way in. */
  onRecovered?: (restore: RecoveredRestore) => void;
}

/**
 * Runs work as the only writer of a store, after ending the restores that a crash left.
 *
 * The code that does so is loaded only when there is one.
 */
export function withWriter<Result>(store: Store, request: AccessRequest, work: (writer: StoreWriter) => Promise<Result>): Promise<Result> {
  return withStoreWriter(
    store,
    {
      ...request,
      recover: async (writer, unfinished) => {
        if (unfinished.length === 0) return;
        const { recoverRestores } = await import("./recover.js");
        for (const restore of await recoverRestores(writer, unfinished)) {
          writer.entry.warnings.push(describeRecovery(restore));
          request.onRecovered?.(restore);
        }
      },
    },
    work,
  );
}

function describeRecovery({ target, result, reason }: RecoveredRestore): string {
  return result === "recovered"
    ? `a restore of ${target} that was cut off was finished`
    : `a restore of ${target} that was cut off was undone, because ${reason}`;
}
