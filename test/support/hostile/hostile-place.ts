import { cpSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { prepareRestore } from "../../restore/prepared-restore.js";
import { tempChange, tempFolder } from "../temp-change.js";
import { fillCanary } from "./canary.js";

const LEGACY = fileURLToPath(new URL("../../../fixtures/legacy/one-of-everything", import.meta.url));

/** `cut-off`: with a restore in flight of which nothing is done yet; `legacy`: of the original tool. */
export type TemplateKind = "ordinary" | "cut-off" | "legacy";

/** A directory and its store, made to be spoiled, beside a folder that nothing may touch. */
export interface HostilePlace {
  directory: string;
  storePath: string;
  /** Lies outside directory and store. */
  canary: string;
  /** Two checkpoints. */
  first: string;
  second: string;
  /** Of the one restore; the newest of all. */
  backup: string;
}

/** The texts that stand in the snapshots, in the directory and in the canary alike, so that only paths tell them apart. */
const SHARED = { "a.txt": "one", "sub/b.txt": "the same in all of them", "sub/deep/c.txt": "the same here too" };

/** What no checkpoint holds and no command may change. */
export const UNCAPTURED = {
  "secret.txt": "left out by a rule",
  ".git/config": "of the repository",
  "other/.checkpoints/state.json": "{}",
  "other/.checkpoints/manifests/none.json": "of another store",
};

export interface Template {
  folder: string;
  place: HostilePlace;
}

export async function makeTemplate(kind: TemplateKind): Promise<Template> {
  if (kind === "legacy") return makeLegacyTemplate();
  const change = await tempChange({
    ...SHARED,
    ...UNCAPTURED,
    ".checkpointignore": "secret.txt\n*.log\n",
    ".stepback.yaml": "durability: none\n",
    link: { link: "a.txt" },
    "other/kept.txt": "beside another store",
  });
  const { checkpoints, directory } = change;
  const { id: first } = await checkpoints.create({ step: 1, notes: "the first", tags: ["kept"] });
  change.edit({ "a.txt": "two", "new.txt": "added" });
  const { id: second } = await checkpoints.create({ step: 2, taskId: "7", stage: "start" });
  await checkpoints.restore(first);
  change.edit({ "a.txt": "three", "added.txt": "live only" });
  if (kind === "cut-off") (await prepareRestore(change, first)).close();
  const { id: backup } = await checkpoints.find("backup");
  return finish(directory, { first, second, backup });
}

function makeLegacyTemplate(): Template {
  const directory = join(tempFolder(), "my-feature");
  cpSync(LEGACY, directory, { recursive: true, preserveTimestamps: true });
  renameSync(join(directory, "dot-checkpoints"), join(directory, ".checkpoints"));
  writeFileSync(join(directory, ".stepback.yaml"), "durability: none\n");
  for (const [name, text] of Object.entries(UNCAPTURED).filter(([path]) => path.startsWith(".git"))) {
    mkdirSync(join(directory, ".git"), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const [first = "", second = "", backup = ""] = readdirSync(join(directory, ".checkpoints")).filter((name) =>
    name.startsWith("checkpoint-"),
  );
  return finish(directory, { first, second, backup });
}

function finish(directory: string, ids: Pick<HostilePlace, "first" | "second" | "backup">): Template {
  const folder = join(directory, "..");
  const canary = join(folder, "canary");
  fillCanary(canary, { ...SHARED, "b.txt": SHARED["sub/b.txt"], "deep/c.txt": SHARED["sub/deep/c.txt"], "state.json": "{}" });
  return { folder, place: { directory, storePath: join(directory, ".checkpoints"), canary, ...ids } };
}

/** Copies a template, with its times, to where it can be spoiled. */
export function copyTemplate({ folder, place }: Template, destination: string): HostilePlace {
  cpSync(folder, destination, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  const moved = (path: string): string => join(destination, path.slice(folder.length));
  return { ...place, directory: moved(place.directory), storePath: moved(place.storePath), canary: moved(place.canary) };
}
