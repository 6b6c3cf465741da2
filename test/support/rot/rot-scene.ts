import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { forgeManifest } from "../../checkpoint/forge-manifest.js";
import { openCheckpoints, type CheckpointId, type Checkpoints } from "../../../src/index.js";
import { hashBytes } from "../../../src/platform/index.js";
import { pictureOf, tempChange, tempFolder } from "../temp-change.js";

/** A directory with a history in its store, of which every checkpoint's tree is known. */
export interface RotScene {
  directory: string;
  storePath: string;
  checkpoints: Checkpoints;
  /** What the directory was at each checkpoint. */
  pictures: ReadonlyMap<CheckpointId, Record<string, string>>;
}

/** One regular file of one snapshot. */
export interface StoredFile {
  id: CheckpointId;
  path: string;
  fullPath: string;
  inode: number;
  sha256: string;
}

/** Steps, a task, a restore with its backup, words of every kind; files that are shared by all, by some, and by content alone. */
export async function makeRotScene(): Promise<RotScene> {
  const change = await tempChange({
    "proposal.md": "# Proposal\n",
    "shared by all.md": "the same in every checkpoint\n",
    "specs/auth.md": "## Requirement\n",
    "specs/copy.md": "# Proposal\n",
    "empty.txt": "",
    "large.bin": Buffer.from(Array.from({ length: 200_000 }, (_, position) => (position * 7919) % 251)),
    link: { link: "specs" },
    "empty-folder/": "",
  });
  const { checkpoints, directory } = change;
  const pictures = new Map<CheckpointId, Record<string, string>>();
  const create = async (request: Parameters<Checkpoints["create"]>[0]) => {
    const { id } = await checkpoints.create(request);
    ageFiles(checkpoints, id);
    pictures.set(id, change.picture());
    return id;
  };
  const first = await create({ step: 1, stepName: "Create Proposal", notes: "before the proposal", tags: ["draft"] });
  await checkpoints.pin(first);
  change.edit({ "proposal.md": "# Proposal, second form\n", "specs/later.md": "added later\n" });
  await create({ taskId: "7", stage: "start", phase: "plan", metadata: { agent: "writer" }, success: true });
  change.edit({ "specs/auth.md": "## Another requirement\n", "proposal.md": "# Proposal\n" });
  const before = change.picture();
  const { backup } = await checkpoints.restore(first);
  if (backup !== null) pictures.set(backup.id, before);
  change.edit({ "specs/last.md": "the last\n", link: null });
  await create({ step: 2 });
  change.edit({ "proposal.md": "live only\n", "specs/copy.md": null });
  return { directory, storePath: checkpoints.storePath, checkpoints, pictures };
}

/** The next checkpoint links what looks unchanged, as if these files had been old when this one was made. */
export function ageFiles({ storePath }: Pick<Checkpoints, "storePath">, id: CheckpointId): void {
  forgeManifest(storePath, id, (manifest) => ({ ...manifest, scanStartedNs: manifest.scanStartedNs + 3_000_000_000n }));
}

/** A copy with all hard links in it, to be spoiled. */
export async function copyScene(scene: RotScene): Promise<RotScene & { discard: () => void }> {
  const folder = tempFolder("stepback-rot-");
  const directory = join(folder, "my-feature");
  execFileSync("cp", ["-a", scene.directory, directory]);
  const checkpoints = await openCheckpoints(directory, { config: { durability: "none" } });
  const discard = (): void => rmSync(folder, { recursive: true, force: true });
  return { directory, storePath: checkpoints.storePath, checkpoints, pictures: scene.pictures, discard };
}

export function storedFilesOf({ storePath, pictures }: RotScene): StoredFile[] {
  return [...pictures.keys()].flatMap((id) =>
    readdirSync(join(storePath, id), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const fullPath = join(entry.parentPath, entry.name);
        const path = fullPath.slice(join(storePath, id).length + 1);
        return { id, path, fullPath, inode: lstatSync(fullPath).ino, sha256: hashBytes(readFileSync(fullPath)) };
      }),
  );
}

/** Changes one byte, as a bad disk does it: no size and no time tells. An empty file gets one. */
export function rotByte(fullPath: string, position: number, bit: number): void {
  const { mode, atime, mtime } = lstatSync(fullPath);
  const bytes = flipBit(readFileSync(fullPath), position, bit);
  chmodSync(fullPath, 0o600);
  writeFileSync(fullPath, bytes.length === 0 ? "x" : bytes);
  chmodSync(fullPath, mode & 0o777);
  utimesSync(fullPath, atime, mtime);
}

export function flipBit(bytes: Buffer, position: number, bit: number): Buffer {
  const flipped = Buffer.from(bytes);
  if (position < flipped.length) flipped[position] = (flipped[position] as number) ^ (1 << bit);
  return flipped;
}

/** Writes over a file of the store, which may be read-only, and keeps its inode. */
export function overwrite(path: string, bytes: Buffer): void {
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
}

/** Takes everything out of the directory, so that a restore needs every stored file. */
export function emptyDirectory({ directory }: RotScene): void {
  for (const name of readdirSync(directory)) if (name !== ".checkpoints") rmSync(join(directory, name), { recursive: true });
}

export function pictureOfScene({ directory }: RotScene): Record<string, string> {
  return pictureOf(directory);
}
