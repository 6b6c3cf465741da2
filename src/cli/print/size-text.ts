import type { CheckpointSize } from "../../index.js";
import { byteSize } from "./byte-size.js";

/** Says how large a checkpoint is, and how much of that no other one shares: `12 MB, 1.2 MB on disk only here`. */
export function sizeText({ logicalBytes, uniqueBytes }: Pick<CheckpointSize, "logicalBytes"> & { uniqueBytes: number | null }): string {
  return byteSize(logicalBytes) + (uniqueBytes === null ? "" : `, ${byteSize(uniqueBytes)} on disk only here`);
}
