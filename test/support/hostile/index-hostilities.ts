import { copyFileSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import {
  DEEP,
  forgeIndex,
  forgeRecord,
  indexPath,
  linkTo,
  LONG,
  makeEndless,
  makeFifo,
  makeFolder,
  moveOutside,
  put,
  readJson,
  recordOf,
  type Hostility,
  type Json,
} from "./spoil.js";

/** In place of the file itself. */
const FILES: Hostility[] = [
  { name: "the index is a symlink to outside", spoil: (place) => moveOutside(place, indexPath(place)) },
  { name: "the index is a symlink to nowhere", spoil: (place) => linkTo("nowhere", indexPath(place)) },
  { name: "the index is a symlink to itself", spoil: (place) => linkTo("state.json", indexPath(place)) },
  { name: "the index is a fifo", spoil: (place) => makeFifo(indexPath(place)) },
  { name: "the index is a device without an end", needsRoot: true, spoil: (place) => makeEndless(indexPath(place)) },
  { name: "the index is a folder", spoil: (place) => makeFolder(indexPath(place)) },
  { name: "the index is empty", spoil: (place) => put(indexPath(place), "") },
  { name: "the index is zeros", spoil: (place) => put(indexPath(place), Buffer.alloc(4096)) },
  { name: "the index is arrays in arrays", spoil: (place) => put(indexPath(place), DEEP) },
  { name: "the index is one long text", spoil: (place) => put(indexPath(place), JSON.stringify(LONG)) },
  {
    name: "the index is broken and the one before it a fifo",
    spoil: (place) => {
      put(indexPath(place), "{");
      makeFifo(`${indexPath(place)}.previous`);
    },
  },
  {
    name: "the index is broken and the one before it a symlink to outside",
    spoil: (place) => {
      put(indexPath(place), "{");
      moveOutside(place, `${indexPath(place)}.previous`);
    },
  },
  {
    name: "the index is broken and the one before it a folder",
    spoil: (place) => {
      put(indexPath(place), "{");
      makeFolder(`${indexPath(place)}.previous`);
    },
  },
  { name: "the index before this one is a fifo", spoil: (place) => makeFifo(`${indexPath(place)}.previous`) },
  { name: "the index before this one is a folder", spoil: (place) => makeFolder(`${indexPath(place)}.previous`) },
  { name: "the index before this one is a symlink to outside", spoil: (place) => moveOutside(place, `${indexPath(place)}.previous`) },
  {
    name: "the index is broken and the place to keep it taken by a fifo",
    spoil: (place) => {
      put(indexPath(place), "{");
      makeFifo(`${indexPath(place)}.broken`);
    },
  },
];

const ids = (name: string, id: unknown): Hostility => ({
  name: `a record whose id is ${name}`,
  spoil: (place) => forgeRecord(place, (record) => (record["checkpoint_id"] = id)),
});

/** In what it says. */
const CONTENTS: Hostility[] = [
  ids("a path upward", "../canary"),
  ids("an absolute path", "/etc"),
  ids("two dots", ".."),
  ids("empty", ""),
  ids("NUL", "checkpoint-20260101-000000-manual\0"),
  ids("long", `checkpoint-20260101-000000-${LONG}`),
  ids("one of a path below", "checkpoint-20260101-000000-manual/../../canary"),
  ids("in other letters", "CHECKPOINT-20260101-000000-MANUAL"),
  ids("no text", { toString: "checkpoint-20260101-000000-manual" }),
  {
    name: "two records with one id",
    spoil: (place) => forgeIndex(place, (index) => (recordOf(index, place.second)["checkpoint_id"] = place.first)),
  },
  {
    name: "a key that stands twice",
    spoil: (place) => forgeIndex(place, () => undefined, [['"change_id"', '"checkpoints": [], "change_id"']]),
  },
  {
    name: "records of nowhere",
    spoil: (place) =>
      forgeIndex(place, (index) => {
        const records = index["checkpoints"] as Json[];
        records.push({ ...records[0], checkpoint_id: "checkpoint-20260101-000000-manual", sequence: 50 });
      }),
  },
  {
    name: "keys that objects have by birth",
    spoil: (place) =>
      forgeIndex(
        place,
        (index) => Object.assign(recordOf(index, place.first), { constructor: 1, toString: "x", zz: 1, hasOwnProperty: null }),
        [
          ['"zz": 1', '"__proto__": {"pinned": true, "polluted": true}'],
          ['"change_id"', '"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}, "change_id"'],
        ],
      ),
  },
  {
    name: "labels that objects have by birth",
    spoil: (place) =>
      forgeIndex(place, (index) => (index["claims"] = { second: "20990101-000000", labels: { zz: 1, constructor: 3 } }), [
        ['"zz": 1', '"__proto__": 7'],
      ]),
  },
  {
    name: "arrays in arrays under an unknown key",
    spoil: (place) => forgeIndex(place, (index) => (index["zz"] = 1), [['"zz": 1', `"zz": ${DEEP}`]]),
  },
  {
    name: "arrays in arrays under an unknown key of a record",
    spoil: (place) => forgeIndex(place, (index) => (recordOf(index, place.first)["zz"] = 1), [['"zz": 1', `"zz": ${DEEP}`]]),
  },
  {
    name: "long texts everywhere",
    spoil: (place) =>
      forgeIndex(place, (index) => {
        index["change_id"] = LONG;
        Object.assign(recordOf(index, place.first), { notes: LONG, step_name: LONG, files: [LONG], tags: [LONG], metadata: { a: LONG } });
      }),
  },
  {
    name: "texts for the terminal",
    spoil: (place) =>
      forgeIndex(place, (index) => {
        index["change_id"] = "\u001b]0;owned\u0007\r\n";
        Object.assign(recordOf(index, place.first), {
          notes: "\u001b[2J\u202e",
          files: ["../../etc/passwd", "\u001b[31m"],
          git_branch: "\u001b[1A",
        });
      }),
  },
  { name: "the last sequence is taken", spoil: (place) => forgeRecord(place, (record) => (record["sequence"] = 999_999_999_999_999)) },
  { name: "a sequence beyond all", spoil: (place) => forgeRecord(place, (record) => (record["sequence"] = 1e300)) },
  { name: "no sequence is left", spoil: (place) => forgeIndex(place, (index) => (index["next_sequence"] = 1_000_000_000_000_000)) },
  {
    name: "every id of a time to come is claimed",
    spoil: (place) =>
      forgeIndex(place, (index) => {
        index["claims"] = { second: "99991231-235959", labels: { manual: 1 } };
        index["next_sequence"] = 999_999_999_999_990;
      }),
  },
  {
    name: "labels were claimed beyond all counting",
    spoil: (place) =>
      forgeIndex(place, (index) => {
        const second = new Date().toISOString().slice(0, 17).replace(/[-:]/g, "").replace("T", "-");
        index["claims"] = { second: `${second}59`, labels: { manual: 1e300, backup: 1e300, step09: 9_999_999_999 } };
      }),
  },
  {
    name: "a claim in no second",
    spoil: (place) => forgeIndex(place, (index) => (index["claims"] = { second: "99999999-999999", labels: {} })),
  },
  {
    name: "numbers beyond all",
    spoil: (place) =>
      forgeRecord(place, (record) =>
        Object.assign(record, { file_count: 1e308, total_bytes: 1e308, rollback_count: 1e308, step_number: 1e308 }),
      ),
  },
  { name: "times that never were", spoil: (place) => forgeRecord(place, (record) => (record["timestamp"] = "9999-99-99T99:99:99Z")) },
  {
    name: "a history that never was",
    spoil: (place) =>
      forgeIndex(place, (index) => {
        const [restore] = index["restores"] as Json[];
        index["restores"] = [{ ...restore, at: "\u001b[2J never", paths: ["../..", LONG] }];
      }),
  },
  {
    name: "recoveries that never were",
    spoil: (place) =>
      forgeIndex(place, (index) => {
        const strange = {
          at: "\u001b[2J never",
          task: LONG,
          error: "other",
          failure: `\u001b[2J${LONG}`,
          target: place.first,
          result: "started",
        };
        const sequences = { target_sequence: 1e308, next_sequence: 1 };
        index["recoveries"] = [
          { ...strange, ...sequences },
          { ...strange, ...sequences, task: "7", step_number: 1e308, workflow_id: "../.." },
        ];
      }),
  },
  {
    name: "a runner that is no process",
    spoil: (place) =>
      forgeRecord(place, (record) => {
        const runner = { pid: 9_007_199_254_740_991, start_time: LONG, boot_id: "x", pid_namespace: null, host: LONG };
        record["run"] = { status: "running", command: [LONG, "\u001b[2J"], started_at: "never", runner, duration_ms: 1e308 };
      }),
  },
  {
    name: "a legacy index in place of the index",
    spoil: (place) =>
      put(
        indexPath(place),
        JSON.stringify({
          change_id: "../../canary",
          checkpoints: [
            { checkpoint_id: "../canary", files_snapshot: [] },
            { checkpoint_id: "/etc", files_snapshot: ["passwd"] },
            { checkpoint_id: place.first, step_num: 1e308, files_snapshot: ["../../canary/a.txt", 7, null], timestamp: "9999-99-99" },
            null,
            7,
          ],
        }),
      ),
  },
];

/** Legacy stores, which have neither manifests nor hashes. */
const LEGACY: Hostility[] = [
  {
    name: "a legacy snapshot is a symlink to outside, and said to be empty",
    template: "legacy",
    spoil: (place) => {
      moveOutside(place, join(place.storePath, place.first));
      forgeIndex(place, (index) => (recordOf(index, place.first)["files_snapshot"] = []));
    },
  },
  {
    name: "files of a legacy snapshot are symlinks, fifos and folders",
    template: "legacy",
    spoil: (place) => {
      const snapshot = join(place.storePath, place.first);
      linkTo(join(place.canary, "a.txt"), join(snapshot, "proposal.md"));
      linkTo(place.canary, join(snapshot, "todo.md"));
      makeFifo(join(snapshot, "fifo.md"));
    },
  },
  {
    name: "legacy ids lead outside",
    template: "legacy",
    spoil: (place) =>
      forgeIndex(place, (index) => {
        const records = index["checkpoints"] as Json[];
        (records[0] as Json)["checkpoint_id"] = "../../canary";
        (records[1] as Json)["checkpoint_id"] = place.canary;
      }),
  },
  {
    name: "the place to keep the legacy index is a fifo",
    template: "legacy",
    spoil: (place) => makeFifo(`${indexPath(place)}.legacy`),
  },
  {
    name: "the place to keep the legacy index is a folder",
    template: "legacy",
    spoil: (place) => makeFolder(`${indexPath(place)}.legacy`),
  },
  {
    name: "the place to keep the legacy index is a symlink to outside",
    template: "legacy",
    spoil: (place) => {
      copyFileSync(indexPath(place), join(place.canary, "legacy.json"));
      linkTo(join(place.canary, "legacy.json"), `${indexPath(place)}.legacy`);
    },
  },
  {
    name: "a legacy index has arrays in arrays under an unknown key",
    template: "legacy",
    spoil: (place) => forgeIndex(place, (index) => (index["zz"] = 1), [['"zz": 1', `"zz": ${DEEP}`]]),
  },
  {
    name: "a legacy index of wrong types",
    template: "legacy",
    spoil: (place) =>
      forgeIndex(place, (index) => {
        index["change_id"] = { a: 1 };
        index["last_successful_step"] = [LONG];
        (index["checkpoints"] as Json[]).forEach((record, position) =>
          Object.assign(record, {
            step_num: [1, -1, 1e308, "x"][position % 4],
            files_snapshot: { length: 1e9 },
            success: "yes",
            notes: [],
          }),
        );
      }),
  },
  {
    name: "the snapshots of a legacy store moved together behind one symlink",
    template: "legacy",
    spoil: ({ storePath, canary, second }) => {
      renameSync(join(storePath, second), join(canary, second));
      symlinkSync(join(canary, second), join(storePath, second));
      put(join(storePath, "session.json"), JSON.stringify(readJson(join(storePath, "state.json"))));
    },
  },
];

export const INDEX_HOSTILITIES: readonly Hostility[] = [...FILES, ...CONTENTS, ...LEGACY];
