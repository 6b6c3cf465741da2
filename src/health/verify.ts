import type { CheckpointId, Sha256 } from "../formats/index.js";
import { judgeOwner, readLock, withStorageErrors, type LockInfo } from "../platform/index.js";
import { noteDamage, readIndex, type IndexState, type Store } from "../store/index.js";
import { findRecord, type CallOptions } from "../checkpoint/index.js";
import type { CheckpointVerification, VerifyReport } from "./reports.js";
import { nameSharers } from "./sharers.js";
import { Verifier, type Wound } from "./verifier.js";

/**
 * Reads every stored file of the named checkpoints (all, when none is named) and holds it against the manifest. Takes no lock, and
 * writes nothing but the hashes of damaged content, so that no later checkpoint shares it; without the right to write it goes on.
 */
export function verifyCheckpoints(store: Store, state: IndexState, ids: readonly string[], request: VerifyRequest): Promise<VerifyReport> {
  return withStorageErrors(store.path, () => verifyListed(store, state, ids, request));
}

export interface VerifyRequest {
  options: CallOptions;
  /** The script of the threads that help with much work, null for none. */
  workerScript: string | null;
}

async function verifyListed(store: Store, state: IndexState, ids: readonly string[], request: VerifyRequest): Promise<VerifyReport> {
  const { checkpoints } = state.index;
  const records = ids.length === 0 ? checkpoints : [...new Set(ids.map((id) => findRecord(checkpoints, id)))];
  const verifier = new Verifier(store, { ...request, records });
  const verified: CheckpointVerification[] = [];
  for (const record of records) verified.push(await verifier.verify(record));
  const found = verified.every(isWhole) ? verified : dropDeleted(store, state, verified);
  const wounds = verifier.wounds.filter(({ record }) => found.some(({ id }) => id === record.id));
  nameSharers(store, checkpoints, found, wounds);
  const notNoted = noteDamage(store, damagedContent(wounds));
  const listed = new Set(checkpoints.map(({ id }) => id));
  const unlisted = [...state.listing.folders].filter((id) => !listed.has(id));
  return {
    checkpoints: found,
    foreign: [...state.listing.foreign, ...unlisted],
    isWhole: found.every(isWhole),
    warnings: notNoted === null ? [] : [`the damage could not be noted, so later checkpoints may share it (${notNoted.message})`],
  };
}

/** The content of which some stored copy cannot be trusted; a look at one that is missing or no file tells without a note. */
export function damagedContent(wounds: readonly Wound[]): Set<Sha256> {
  const hashes = new Set<Sha256>();
  for (const { entry, problem } of wounds) {
    if (entry.type === "file" && (problem === "content" || problem === "unreadable")) hashes.add(entry.sha256);
  }
  return hashes;
}

/**
 * Readers take no lock, so a checkpoint may be deleted, folder first, while it is read; that is no damage. A folder that was gone from
 * the start is, unless somebody is writing who may just have taken it away.
 */
function dropDeleted(store: Store, before: IndexState, verified: readonly CheckpointVerification[]): CheckpointVerification[] {
  const isBeingWritten = hasLivingOwner(readLock(store.lockPath));
  const { index, listing } = readIndex(store);
  const listed = new Set(index.checkpoints.map(({ id }) => id));
  const isDeleted = (id: CheckpointId): boolean => !listing.folders.has(id) && (isBeingWritten || before.listing.folders.has(id));
  return verified.filter((one) => isWhole(one) || (listed.has(one.id) && !isDeleted(one.id)));
}

function hasLivingOwner(lock: LockInfo | null): boolean {
  return lock?.kind === "owned" && judgeOwner(lock.owner) !== "dead";
}

export function isWhole({ status }: CheckpointVerification): boolean {
  return status === "whole";
}
