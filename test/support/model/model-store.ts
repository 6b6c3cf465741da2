import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { expect } from "vitest";
import { encodePathBytes, StepbackError, type CheckpointId, type Checkpoints } from "../../../src/index.js";
import { EditedDirectory } from "./live-edits.js";
import { capturedOf, pictureOfModel, storedPictureOfModel, type ModelTree } from "./model-tree.js";
import { pictureOf } from "../temp-change.js";

/** A checkpoint as the model holds it. */
export interface ModelCheckpoint {
  readonly id: CheckpointId;
  readonly type: "manual" | "step" | "backup";
  readonly stepNumber: number | null;
  readonly createdAtMs: number;
  readonly tree: ModelTree;
  tags: string[];
  isPinned: boolean;
  rollbackCount: number;
  hasManifest: boolean;
  /** Paths of rotten files. */
  damaged: Set<string>;
}

/** The whole plain model: what stands in the directory, and which checkpoints there are, oldest first. */
export class Model {
  readonly live: EditedDirectory;
  checkpoints: ModelCheckpoint[] = [];
  /** Folders that were deleted by hand since the last command that wrote. */
  ghosts = new Set<ModelCheckpoint>();
  nowMs = Date.parse("2026-03-02T09:00:00Z");

  constructor(directory: string) {
    this.live = new EditedDirectory(directory);
  }

  /** What a person means by a number: some checkpoint, whichever there are. */
  pick(choice: number): ModelCheckpoint | undefined {
    return this.checkpoints[choice % Math.max(this.checkpoints.length, 1)];
  }

  newestBackup(): ModelCheckpoint | undefined {
    return this.checkpoints.findLast(({ type }) => type === "backup");
  }

  /** Every writing command brings index and folders in agreement first. */
  noteWrite(): void {
    this.ghosts.clear();
  }
}

/** The thing itself. */
export interface Real {
  readonly directory: string;
  checkpoints: Checkpoints;
  reopen(): Promise<Checkpoints>;
}

/** Holds all that can be seen against the model. */
export async function assertAsModelled(model: Model, real: Real): Promise<void> {
  expect(pictureOf(real.directory), "the directory").toEqual(pictureOfModel(model.live.tree));
  const { checkpoints } = await real.checkpoints.list();
  expect(checkpoints.map(seenOf), "the list").toEqual(model.checkpoints.map(expectedOf));
  for (const { id, tree, damaged } of model.checkpoints) {
    const stored = storedPictureOf(`${real.checkpoints.storePath}/${id}`);
    const expected = storedPictureOfModel(tree);
    for (const path of damaged) {
      const shown = encodePathBytes(path).toString("latin1");
      expect(stored[shown], `${id}/${path} should be rotten`).not.toBe(expected[shown]);
      stored[shown] = expected[shown] as string;
    }
    expect(stored, `the snapshot ${id}`).toEqual(expected);
  }
  const report = await real.checkpoints.verify();
  const found = Object.fromEntries(
    report.checkpoints.map(({ id, status, damages }) => [id, [status, ...damages.map(({ path }) => path).sort()]]),
  );
  expect(found, "the verification").toEqual(expectedVerification(model));
}

function expectedVerification({ checkpoints, ghosts }: Model): Record<string, string[]> {
  const alive = checkpoints.map(({ id, hasManifest, damaged }) => {
    const status = !hasManifest ? "unverifiable" : damaged.size > 0 ? "damaged" : "whole";
    return [id, [status, ...(hasManifest ? [...damaged].sort() : [])]] as [string, string[]];
  });
  return Object.fromEntries([
    ...alive,
    ...[...ghosts].map(({ id, hasManifest }): [string, string[]] => [id, hasManifest ? ["damaged", ""] : ["unverifiable"]]),
  ]);
}

function seenOf({ id, type, stepNumber, tags, isPinned, rollbackCount }: ModelFields) {
  return { id, type, stepNumber, tags, isPinned, rollbackCount };
}

function expectedOf(checkpoint: ModelCheckpoint) {
  return seenOf(checkpoint);
}

type ModelFields = { id: string; type: string; stepNumber: number | null; tags: string[]; isPinned: boolean; rollbackCount: number };

function storedPictureOf(folder: string): Record<string, string> {
  const found: Record<string, string> = { ".": modeOf(Buffer.from(folder)) };
  const visit = (at: Buffer, prefix: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true, encoding: "buffer" })) {
      const path = Buffer.concat([at, Buffer.from("/"), entry.name]);
      const shown = prefix + entry.name.toString("latin1");
      if (entry.isDirectory()) {
        found[`${shown}/`] = modeOf(path);
        visit(path, `${shown}/`);
      } else if (entry.isSymbolicLink()) found[shown] = `link -> ${readlinkSync(path, "latin1")}`;
      else found[shown] = `${modeOf(path)} ${readFileSync(path, "latin1")}`;
    }
  };
  visit(Buffer.from(folder), "");
  return found;
}

function modeOf(path: Buffer): string {
  return (lstatSync(path).mode & 0o7777).toString(8);
}

/** A checkpoint of the directory as it is at this moment. */
export function checkpointOf(model: Model, given: Pick<ModelCheckpoint, "id" | "type" | "stepNumber" | "tags">): ModelCheckpoint {
  const tree = capturedOf(model.live.tree);
  return { ...given, tree, createdAtMs: model.nowMs, isPinned: false, rollbackCount: 0, hasManifest: true, damaged: new Set() };
}

/** What came of a call: a word for its result, or the code of the refusal. */
export async function attempt<Result>(call: Promise<Result>, describe: (result: Result) => string = () => "done"): Promise<string> {
  try {
    return describe(await call);
  } catch (error) {
    if (error instanceof StepbackError) return error.code;
    throw error;
  }
}
