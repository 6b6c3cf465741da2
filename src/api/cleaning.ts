import {
  findRecord,
  listCheckpoints,
  sizesOf,
  surveyCheckpoints,
  surveyStore,
  type CallOptions,
  type StoreSizes,
} from "../checkpoint/index.js";
import { WouldKeepNothingError } from "../errors/index.js";
import { readStatus, type StatusReport } from "../health/index.js";
import { readUnfinishedRestore } from "../restore/index.js";
import { cleaningPolicy, cleanStore, previewClean, type CleanResult, type RetentionPolicy } from "../retention/index.js";
import type { IndexState } from "../store/index.js";
import { findOpenWork } from "./find-open-work.js";
import type { StoreAccess } from "./store-access.js";

/** Removes what the policy lets expire, or says what that would be. */
export async function clean(
  access: StoreAccess,
  asked: RetentionPolicy | undefined,
  options: CallOptions & { dryRun?: boolean },
): Promise<CleanResult> {
  const policy = cleaningPolicy(asked, access.config);
  if (options.dryRun !== true)
    return access.write("clean", options, (writer) => cleanStore(writer, policy, { guarding: access.guarding, options }));
  const state = access.read();
  return previewClean(access.store, state, policy, previewRequest(access, state, options));
}

/** Measures some checkpoints on disk, or all of them. */
export async function readSizes(access: StoreAccess, ids: readonly string[] | undefined, options: CallOptions): Promise<StoreSizes> {
  const { checkpoints: all } = listCheckpoints(access.store, access.read(), {});
  const records = ids === undefined ? all : [...new Set(ids.map((id) => findRecord(all, id)))];
  const survey = await surveyCheckpoints(
    access.store,
    records.map(({ id }) => id),
    options,
  );
  return sizesOf(records, survey);
}

/** The state of the directory and its store, and what a cleanup would do; every stored file is looked at once. */
export async function readWholeStatus(access: StoreAccess, options: CallOptions): Promise<StatusReport> {
  const state = access.read();
  const ids = [...state.listing.folders];
  const { survey, storeBytes } = await surveyStore(access.store, ids, options);
  const { session, workflow, warnings } = findOpenWork(access, state);
  const report = await readStatus(access.store, { config: access.config, now: access.now(), options, storeBytes, session, workflow });
  return { ...report, warnings: [...report.warnings, ...warnings], cleanable: await previewConfigured() };

  /** Null where the configured policy would keep nothing, which is for `clean` to say. */
  async function previewConfigured(): Promise<StatusReport["cleanable"]> {
    try {
      const request = { ...previewRequest(access, state, options), survey };
      const { decision, freedBytes } = await previewClean(access.store, state, cleaningPolicy(undefined, access.config), request);
      return { checkpoints: decision.expired.length, freedBytes };
    } catch (error) {
      if (!(error instanceof WouldKeepNothingError)) throw error;
      return null;
    }
  }
}

function previewRequest(access: StoreAccess, { listing }: IndexState, options: CallOptions) {
  const { unfinished } = readUnfinishedRestore(access.store, listing);
  const neededByRestore = new Set(unfinished === null ? [] : [unfinished.target, unfinished.backup]);
  return { now: access.now(), neededByRestore, guarding: access.guarding, options };
}
