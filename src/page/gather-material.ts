import { listCheckpoints, sizesOf, surveyCheckpoints, type CallOptions } from "../checkpoint/index.js";
import type { DiffPlace } from "../diff/index.js";
import { viewTasks } from "../recovery/index.js";
import { describeSession, reportActivity, summarizeCheckpoints, type Period } from "../session/index.js";
import { listSessions } from "../store/index.js";
import { followGrowth } from "./growth.js";
import { layOutTimeline } from "./lay-out-timeline.js";
import type { PageMaterial } from "./material.js";
import { tellChanges } from "./tell-changes.js";

/** With these a page stays readable, and small enough for a mail, whatever the store holds. */
const MOST_CHECKPOINTS = 150;
const MOST_PATHS = 15;
const MOST_POINTS = 80;

/** Reads all that a page is made of; takes no lock, waits for nobody, writes nothing. */
export async function gatherMaterial(
  place: DiffPlace,
  { period, now, options }: { period: Period; now: Date; options: CallOptions },
): Promise<PageMaterial> {
  const { store, state } = place;
  const { checkpoints, warnings } = listCheckpoints(store, state, {});
  const { sessions, warnings: skipped } = listSessions(store);
  const { restores } = state.index;
  const survey = await surveyCheckpoints(
    store,
    checkpoints.map(({ id }) => id),
    options,
  );
  const timeline = layOutTimeline(checkpoints, restores, MOST_CHECKPOINTS);
  return {
    changeId: store.changeId,
    now,
    checkpoints,
    restores,
    sessions: sessions.map((record) => describeSession(record, checkpoints, now)),
    tasks: viewTasks(checkpoints, state.index),
    report: reportActivity({ records: state.index.checkpoints, restores, sessions }, period),
    summary: summarizeCheckpoints(checkpoints),
    sizes: sizesOf(checkpoints, survey),
    growth: followGrowth(checkpoints, survey, MOST_POINTS),
    timeline,
    changes: await tellChanges(place, timeline.items, { mostPaths: MOST_PATHS, options }),
    warnings: [...warnings, ...skipped],
  };
}
