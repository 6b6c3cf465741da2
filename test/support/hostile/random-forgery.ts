import type { SeededRandom } from "../crash/seeded-random.js";
import { DEEP, forgeIndex, forgeJournal, forgeManifest, indexPath, LONG, put, readJson, type Hostility, type Json } from "./spoil.js";

const IN_PLACE: readonly [unknown, ...unknown[]] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  "",
  ".",
  "..",
  "../canary",
  "/etc/passwd",
  "a\0b",
  "\u001b[2J",
  "\udc2e",
  "0".repeat(64),
  "checkpoint-20260101-000000-manual",
  "9".repeat(20),
  "0777",
  LONG,
  [],
  {},
  [[]],
  { path_b64: "Li4vY2FuYXJ5" },
  { path_b64: "LmdpdC9jb25maWc=" },
];

/** One to three places of a document, wherever they are, become something else; its hashes are right again afterwards. */
export function randomForgery(random: SeededRandom, number: number): Hostility {
  const kind = random.pick(["index", "manifest", "newest manifest", "journal", "legacy index"]);
  const changes: { at: number; value: unknown; isDeep: boolean }[] = [];
  for (let count = 1 + Math.floor(random.next() * 3); count > 0; count -= 1) {
    changes.push({ at: random.next(), value: random.pick(IN_PLACE), isDeep: random.next() < 0.02 });
  }
  const forge = (document: Json): void => changes.forEach(({ at, value }) => replaceSomewhere(document, at, value));
  const told = changes.map(({ at, value }) => `${at.toFixed(6)}: ${(JSON.stringify(value) ?? "").slice(0, 40)}`).join(", ");
  return {
    name: `forgery ${number} of the ${kind} (${told})`,
    template: kind === "journal" ? "cut-off" : kind === "legacy index" ? "legacy" : "ordinary",
    spoil: (place) => {
      if (kind === "journal") forgeJournal(place, forge);
      else if (kind === "manifest") forgeManifest(place, place.first, forge);
      else if (kind === "newest manifest") forgeManifest(place, place.backup, forge);
      else forgeIndex(place, forge);
      if (changes.some(({ isDeep }) => isDeep)) nestDeeply(indexPath(place));
    },
  };
}

interface Position {
  parent: Json;
  key: string;
}

function replaceSomewhere(document: Json, at: number, value: unknown): void {
  const positions: Position[] = [];
  collect(document, positions);
  const chosen = positions[Math.floor(at * positions.length)];
  if (chosen !== undefined) chosen.parent[chosen.key] = value;
}

function collect(value: unknown, positions: Position[]): void {
  if (typeof value !== "object" || value === null) return;
  for (const key of Object.keys(value)) {
    positions.push({ parent: value as Json, key });
    collect((value as Json)[key], positions);
  }
}

function nestDeeply(path: string): void {
  const text = JSON.stringify({ ...readJson(path), zz: 1 });
  put(path, text.replace('"zz":1', `"zz":${DEEP}`));
}
