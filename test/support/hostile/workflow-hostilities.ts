import { join } from "node:path";
import type { HostilePlace } from "./hostile-place.js";
import { DEEP, linkTo, LONG, makeEndless, makeFifo, makeFolder, moveOutside, put, type Hostility, type Json } from "./spoil.js";

const recordPath = ({ storePath }: HostilePlace): string => join(storePath, "workflow.json");
const setAside = ({ storePath }: HostilePlace): string => join(storePath, "workflows");

/** A record without a checksum, which is taken as it stands: the worst case. */
function forge(place: HostilePlace, change: Json = {}): void {
  const step = { number: 1, skipped: false, attempts: 1, completed_at: "2026-01-31T12:00:00.000Z", duration_ms: 1 };
  const record = {
    format_version: 1,
    workflow_id: "forged",
    created_at: "2026-01-31T12:00:00.000Z",
    metadata: {},
    steps: [
      { number: 1, name: "one" },
      { number: 2, name: "two" },
    ],
    completed: [{ ...step, checkpoint_id: place.first, artifacts: ["a.txt"] }],
    current: 2,
    ...change,
  };
  put(recordPath(place), JSON.stringify(record));
}

const completedWith = (place: HostilePlace, artifacts: readonly string[], checkpoint: string = place.first): void =>
  forge(place, { completed: [{ number: 1, completed_at: "2026-01-31T12:00:00.000Z", checkpoint_id: checkpoint, artifacts }] });

/** What can be wrong with the record of a workflow. */
export const WORKFLOW_HOSTILITIES: readonly Hostility[] = [
  { name: "workflow.json is torn", spoil: (place) => put(recordPath(place), '{"format_version": 1, "workflow_id": "t') },
  { name: "workflow.json is of a newer format", spoil: (place) => forge(place, { format_version: 2 }) },
  { name: "workflow.json is another program's", spoil: (place) => put(recordPath(place), '{"jobs": [1, 2, 3]}') },
  { name: "workflow.json does not bear its checksum", spoil: (place) => forge(place, { workflow_crc32: "00000000" }) },
  { name: "workflow.json is arrays in arrays", spoil: (place) => put(recordPath(place), DEEP) },
  { name: "workflow.json has a huge name", spoil: (place) => forge(place, { name: LONG }) },
  { name: "workflow.json is a symlink to outside", spoil: (place) => (forge(place), moveOutside(place, recordPath(place))) },
  { name: "workflow.json is a fifo", spoil: (place) => makeFifo(recordPath(place)) },
  { name: "workflow.json is a folder", spoil: (place) => makeFolder(recordPath(place)) },
  { name: "workflow.json has no end", needsRoot: true, spoil: (place) => makeEndless(recordPath(place)) },
  { name: "the id of a workflow leads out of the store", spoil: (place) => forge(place, { workflow_id: "../../canary/moved" }) },
  {
    name: "artifacts of a workflow lead outside",
    spoil: (place) => completedWith(place, ["../canary/a.txt", join(place.canary, "a.txt")]),
  },
  { name: "a workflow goes back to a path", spoil: (place) => completedWith(place, ["a.txt"], "../canary") },
  {
    name: "a restore that is due for a workflow leads outside",
    spoil: (place) => forge(place, { pending_restore: { number: 2, checkpoint_id: "../canary" } }),
  },
  { name: "the file of a workflow lies outside", spoil: (place) => forge(place, { file: "../canary/state.json" }) },
  { name: "workflows is a symlink to outside", spoil: (place) => (forge(place), linkTo(place.canary, setAside(place))) },
  { name: "workflows is a file", spoil: (place) => (forge(place), put(setAside(place), "")) },
  {
    name: "a record that was set aside is a symlink to outside",
    spoil: (place) => (makeFolder(setAside(place)), linkTo(join(place.canary, "state.json"), join(setAside(place), "forged.json"))),
  },
];
