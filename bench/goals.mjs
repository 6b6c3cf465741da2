/** What must be reached, and what would be better still, as data. */
import { diskShareIn, peakMegabytesIn, ratioIn } from "./read-results.mjs";

/** The columns of the table of goals, by operation. */
export const GOAL_OPERATIONS = ["first", "unchanged", "changed", "restore", "restore-all", "verify"];

/**
 * What stepback must reach in `durability: full`, as the median of the ratios in one run, or in milliseconds where it is not held against
 * anything; `[must, stretch]` by operation. `againstLinks` is what is compared with where little changed.
 * @typedef {object} Goal
 * @property {string} title
 * @property {string} size
 * @property {string} ours
 * @property {string | null} against
 * @property {string} [againstLinks]
 * @property {Record<string, [number, number]>} goals
 */

/** @type {Goal[]} */
export const GOALS = [
  {
    title: "S, whole process ÷ `node -e 0`",
    size: "S",
    ours: "stepback",
    against: "node",
    goals: {
      first: [1.4, 1.25],
      unchanged: [1.4, 1.2],
      changed: [1.4, 1.2],
      restore: [1.6, 1.4],
      "restore-all": [1.6, 1.4],
      verify: [1.3, 1.15],
    },
  },
  {
    title: "S in process",
    size: "S",
    ours: "library",
    against: null,
    goals: { first: [15, 8], unchanged: [12, 6], changed: [12, 6], restore: [30, 15] },
  },
  {
    title: "M ÷ git",
    size: "M",
    ours: "stepback",
    against: "git",
    goals: { first: [0.45, 0.35], "restore-all": [1, 0.8], verify: [1, 0.7] },
  },
  {
    title: "M ÷ rsync 3.5",
    size: "M",
    ours: "stepback",
    against: "rsync-3.5",
    goals: {
      first: [1.2, 0.9],
      unchanged: [0.65, 0.5],
      changed: [0.65, 0.5],
      restore: [3.5, 2],
      "restore-all": [1, 0.7],
      verify: [1.5, 1.1],
    },
  },
  {
    title: "M ÷ restic",
    size: "M",
    ours: "stepback",
    against: "restic",
    goals: {
      first: [0.25, 0.2],
      unchanged: [0.2, 0.15],
      changed: [0.2, 0.15],
      restore: [0.2, 0.12],
      "restore-all": [0.25, 0.17],
      verify: [0.25, 0.17],
    },
  },
  {
    title: "L ÷ git",
    size: "L",
    ours: "stepback",
    against: "git",
    goals: { first: [0.3, 0.2], changed: [2.2, 1.6], restore: [4, 2], "restore-all": [0.8, 0.5], verify: [0.6, 0.45] },
  },
  {
    title: "L ÷ rsync 3.5",
    size: "L",
    ours: "stepback",
    against: "rsync-3.5",
    goals: {
      first: [0.6, 0.4],
      unchanged: [0.3, 0.2],
      changed: [0.28, 0.2],
      restore: [3, 1.5],
      "restore-all": [0.8, 0.5],
      verify: [0.9, 0.7],
    },
  },
  {
    title: "L ÷ rsync 3.2.7",
    size: "L",
    ours: "stepback",
    against: "rsync-3.2.7",
    goals: {
      first: [0.7, 0.45],
      unchanged: [1.3, 0.8],
      changed: [1.2, 0.8],
      restore: [2.5, 1.2],
      "restore-all": [0.8, 0.45],
      verify: [1, 0.7],
    },
  },
  {
    title: "L ÷ restic",
    size: "L",
    ours: "stepback",
    against: "restic",
    goals: {
      first: [0.4, 0.25],
      unchanged: [0.45, 0.35],
      changed: [0.4, 0.3],
      restore: [0.3, 0.15],
      "restore-all": [0.5, 0.35],
      verify: [0.9, 0.7],
    },
  },
  {
    title: "L ÷ cp -a, or cp -al for links",
    size: "L",
    ours: "stepback",
    against: "cp",
    againstLinks: "cp-al",
    goals: { first: [0.7, 0.45], unchanged: [1.6, 1.2], changed: [1.6, 1.2], "restore-all": [0.8, 0.6] },
  },
  {
    title: "L in process after speculative linking ÷ git",
    size: "L",
    ours: "library-linked-ahead",
    against: "git",
    goals: { unchanged: [2, 1], changed: [1, 0.6] },
  },
  {
    title: "XL ÷ git",
    size: "XL",
    ours: "stepback",
    against: "git",
    goals: {
      first: [0.25, 0.16],
      unchanged: [3.5, 2.5],
      changed: [1.6, 1.1],
      restore: [3, 1.5],
      "restore-all": [0.6, 0.35],
      verify: [0.4, 0.2],
    },
  },
  {
    title: "XL ÷ rsync 3.2.7",
    size: "XL",
    ours: "stepback",
    against: "rsync-3.2.7",
    goals: {
      first: [0.7, 0.45],
      unchanged: [0.75, 0.5],
      changed: [0.7, 0.5],
      restore: [2, 1],
      "restore-all": [0.7, 0.4],
      verify: [0.7, 0.45],
    },
  },
  {
    title: "XL ÷ restic",
    size: "XL",
    ours: "stepback",
    against: "restic",
    goals: {
      first: [0.45, 0.3],
      unchanged: [0.45, 0.3],
      changed: [0.45, 0.3],
      restore: [0.25, 0.1],
      "restore-all": [0.5, 0.3],
      verify: [0.55, 0.35],
    },
  },
  {
    title: "B ÷ cp -a",
    size: "B",
    ours: "stepback",
    against: "cp",
    goals: { first: [1.6, 1.2], unchanged: [0.15, 0.05], "restore-all": [1.6, 1.2] },
  },
];

/**
 * Promises of docs/performance.md that are no part of the table; `read` finds what was measured in the results.
 * @type {{ id: string, title: string, must: number, read: (results: import("./results.mjs").Results) => number | undefined }[]}
 */
export const LIMITS = [
  { id: "list-50", title: "`list` of 50 checkpoints ÷ `node -e 0`", must: 1.3, read: (results) => ratioIn(results, "S", "list-50") },
  {
    id: "unchanged-M",
    title: "`create`, 2,000 unchanged files ÷ `node -e 0`",
    must: 2.5,
    read: (results) => ratioIn(results, "M", "unchanged"),
  },
  { id: "memory-L", title: "peak memory with 20,000 files, MB", must: 200, read: (results) => peakMegabytesIn(results, "L") },
  { id: "memory-XL", title: "peak memory with 100,000 files, MB", must: 300, read: (results) => peakMegabytesIn(results, "XL") },
  ...["S", "M", "L", "XL"].map((size) => ({
    id: `disk-${size}`,
    title: `disk after 10 checkpoints of 1 %, ${size}, ÷ (1.15 × tree + changed bytes + directory blocks)`,
    must: 1,
    read: (results) => diskShareIn(results, size),
  })),
];
