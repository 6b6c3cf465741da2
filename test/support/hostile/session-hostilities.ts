import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { HostilePlace } from "./hostile-place.js";
import { DEEP, linkTo, LONG, makeEndless, makeFifo, makeFolder, put, type Hostility, type Json } from "./spoil.js";

const folder = ({ storePath }: HostilePlace): string => join(storePath, "sessions");
const active = (place: HostilePlace): string => join(folder(place), "active.json");
const log = ({ storePath }: HostilePlace): string => join(storePath, "progress.log");

const ID = "session-20260304-080000";
const MOMENT = "2026-03-04T08:00:00.000Z";
const SOUND = {
  format_version: 1,
  session_id: ID,
  description: "made up",
  status: "active",
  success: null,
  started_at: MOMENT,
  last_activity_at: MOMENT,
  ended_at: null,
  previous: null,
  owner: { name: null, user: "mallory", host: "quay", pid: null },
  git_commit: null,
  git_branch: null,
  start_checkpoint: null,
  end_checkpoint: null,
  events: [{ at: MOMENT, kind: "started" }],
  summary: null,
};

const forged = (name: string, change: Json): Hostility => ({
  name: `the active session has ${name}`,
  spoil: (place) => put(active(place), JSON.stringify({ ...SOUND, ...change })),
});

const inPlace = (name: string, spoil: (path: string, place: HostilePlace) => void, needsRoot = false): Hostility => ({
  name: `the active session is ${name}`,
  needsRoot,
  spoil: (place) => {
    makeFolder(folder(place), {});
    spoil(active(place), place);
  },
});

/** The records of sessions, and the progress log. */
export const SESSION_HOSTILITIES: readonly Hostility[] = [
  { name: "sessions is a symlink to outside", spoil: (place) => linkTo(place.canary, folder(place)) },
  { name: "sessions is a symlink to itself", spoil: (place) => linkTo("sessions", folder(place)) },
  { name: "sessions is a file", spoil: (place) => put(folder(place), "") },
  { name: "sessions is a fifo", spoil: (place) => makeFifo(folder(place)) },
  inPlace("a symlink to outside", (path, place) => linkTo(join(place.canary, "state.json"), path)),
  inPlace("a symlink to itself", (path) => linkTo("active.json", path)),
  inPlace("a fifo", makeFifo),
  inPlace("a folder", (path) => makeFolder(path)),
  inPlace("a file without an end", makeEndless, true),
  inPlace("empty", (path) => put(path, "")),
  inPlace("cut off", (path) => put(path, JSON.stringify(SOUND).slice(0, 90))),
  inPlace("arrays in arrays", (path) => put(path, DEEP)),
  inPlace("one long text", (path) => put(path, JSON.stringify(LONG))),
  inPlace("closed to all", (path) => {
    put(path, JSON.stringify(SOUND));
    chmodSync(path, 0o000);
  }),
  inPlace("another one's, and the place to keep it is a folder", (path) => {
    put(path, '{"not": "ours"}');
    makeFolder(`${path}.broken`);
  }),
  forged("the id of a path upward", { session_id: "../../canary/state" }),
  forged("an id that is a name of every object", { session_id: "__proto__" }),
  forged("a start at no time", { started_at: "2026-13-45T99:00:00.000Z" }),
  forged("a start in a far future", { started_at: "9999-12-31T23:59:59.999Z", last_activity_at: "9999-12-31T23:59:59.999Z" }),
  forged("checkpoints that are paths", {
    start_checkpoint: "../canary",
    events: [{ at: MOMENT, kind: "checkpoint", checkpoint_id: "../canary" }],
  }),
  forged("a process that may not be asked about", { owner: { host: "quay", pid: -1 } }),
  forged("texts that steer a terminal", { description: "\u001b[2J\u0007", owner: { ...SOUND.owner, name: "\u001b]0;x\u0007" } }),
  forged("many events", { events: Array.from({ length: 50_000 }, () => SOUND.events[0]) }),
  forged("a later version", { format_version: 2 }),
  {
    name: "a session that was ended leads outside",
    spoil: (place) => {
      makeFolder(folder(place), {});
      linkTo(join(place.canary, "state.json"), join(folder(place), `${ID}.json`));
    },
  },
  { name: "the progress log is a symlink to outside", spoil: (place) => linkTo(join(place.canary, "a.txt"), log(place)) },
  { name: "the progress log is a fifo", spoil: (place) => makeFifo(log(place)) },
  { name: "the progress log is a folder", spoil: (place) => makeFolder(log(place)) },
  { name: "the progress log has no end", needsRoot: true, spoil: (place) => makeEndless(log(place)) },
  { name: "the progress log is one long line of no text", spoil: (place) => put(log(place), Buffer.alloc(10 * 1024 * 1024, 0xff)) },
];
