import { hasCode, IndexUnusableError } from "../errors/index.js";
import type { CheckpointRecord } from "../formats/index.js";
import {
  forgetDamage,
  listFolder,
  noteDamage,
  readIndex,
  readKnownDamage,
  rebuildIndex,
  setBrokenIndexAside,
  type IndexState,
  type Store,
  type StoreWriter,
} from "../store/index.js";
import { withWriter, type AccessRequest } from "../restore/index.js";
import { healWounds } from "./heal.js";
import type { CheckpointVerification, RepairReport } from "./reports.js";
import { nameSharers } from "./sharers.js";
import { damagedContent, isWhole, type VerifyRequest } from "./verify.js";
import { Verifier } from "./verifier.js";

/**
 * Puts a store right: ends cut-off restores, rebuilds a missing or damaged index from the manifests, brings index and folders in
 * agreement, clears left-over work, heals damaged snapshots. The replaced index is kept beside the new one.
 * @throws FormatTooNewError for an index of a newer stepback, which is not damage; JournalUnusableError
 */
export async function repairStore(
  store: Store,
  access: Omit<AccessRequest, "loadIndex" | "onRecovered" | "mayCreate" | "clearsPrepared"> & VerifyRequest,
): Promise<RepairReport> {
  const report: RepairReport = {
    indexRebuilt: false,
    finishedRestores: [],
    adopted: [],
    forgotten: [],
    removedLeftovers: [],
    keptIndexAs: null,
    healed: [],
    damaged: [],
    warnings: [],
  };
  const request: AccessRequest = {
    ...access,
    mayCreate: false,
    clearsPrepared: true,
    loadIndex: (opened) => loadOrRebuild(opened, report),
    onRecovered: ({ target, result }) => report.finishedRestores.push({ target, result }),
  };
  return withWriter(store, request, async (writer) => {
    if (report.indexRebuilt) writer.save(writer.index);
    const { healed, damaged } = await healStore(writer, access);
    const { reconciliation, removedLeftovers, warnings } = writer.entry;
    return {
      ...report,
      healed,
      damaged,
      adopted: report.indexRebuilt ? writer.index.checkpoints.map(({ id }) => id) : reconciliation.adopted.map(({ id }) => id),
      forgotten: reconciliation.forgotten,
      removedLeftovers,
      warnings: [...new Set(warnings)],
    };
  });
}

function loadOrRebuild(store: Store, report: RepairReport): IndexState {
  try {
    const state = readIndexTwice(store);
    // The files that records name are read, and refused, when somebody asks for them: here something can be done about it.
    state.index.checkpoints.forEach(({ files }) => void files);
    return state;
  } catch (error) {
    if (!(error instanceof IndexUnusableError)) throw error;
  }
  if (listFolder(store).hasIndex) report.keptIndexAs = setBrokenIndexAside(store);
  const { index, isLegacy, warnings } = rebuildIndex(store);
  report.indexRebuilt = true;
  return { index, form: isLegacy ? "legacy" : "current", listing: listFolder(store), warnings };
}

/** A read that fails once may go through the next time, and the index that is there is better than the one that is made anew. */
function readIndexTwice(store: Store): IndexState {
  try {
    return readIndex(store);
  } catch (error) {
    if (!(error instanceof IndexUnusableError && hasCode(error.cause, "EIO", "EUCLEAN"))) throw error;
    return readIndex(store);
  }
}

/** Reads all of the store, puts right what can be, and names what is left; what is known to be damaged is brought up to date. */
async function healStore(writer: StoreWriter, request: VerifyRequest): Promise<Pick<RepairReport, "healed" | "damaged">> {
  const { store } = writer;
  const before = await examine(writer, writer.index.checkpoints, request);
  const tried = before.wounds.length === 0 ? [] : await healWounds(writer, before.wounds, request.options);
  const ids = new Set(tried.map(({ id }) => id));
  const { wounds, verified } = await examine(
    writer,
    writer.index.checkpoints.filter(({ id }) => ids.has(id)),
    request,
  );
  const after = new Map(verified.map((one) => [one.id, one]));
  const damaged = before.verified.map((one) => after.get(one.id) ?? one).filter((one) => !isWhole(one));
  const left = [...before.wounds.filter(({ record }) => !ids.has(record.id)), ...wounds];
  nameSharers(store, writer.index.checkpoints, damaged, left);
  const known = damagedContent(left);
  forgetDamage(
    store,
    [...readKnownDamage(store)].filter((hash) => !known.has(hash)),
  );
  const notNoted = noteDamage(store, known);
  if (notNoted !== null) throw notNoted;
  const healed = tried.filter(({ id, path }) => !left.some(({ record, entry }) => record.id === id && entry.path === path));
  return { healed, damaged };
}

async function examine({ store }: StoreWriter, records: readonly CheckpointRecord[], request: VerifyRequest) {
  const verifier = new Verifier(store, { ...request, records });
  const verified: CheckpointVerification[] = [];
  for (const record of records) verified.push(await verifier.verify(record));
  return { verified, wounds: verifier.wounds };
}
