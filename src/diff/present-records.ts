import type { CheckpointRecord } from "../formats/index.js";
import type { IndexState } from "../store/index.js";

/** The checkpoints whose folder was not deleted by hand, newest first. */
export function newestFirst({ form, index, listing }: IndexState): CheckpointRecord[] {
  const present = index.checkpoints.filter(({ id }) => form === "legacy" || listing.folders.has(id));
  return present.sort((one, other) => other.sequence - one.sequence);
}
