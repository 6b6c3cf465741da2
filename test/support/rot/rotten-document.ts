import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { StepbackError, type Checkpoint, type CheckpointId } from "../../../src/index.js";
import { copyScene, emptyDirectory, flipBit, overwrite, pictureOfScene, type RotScene } from "./rot-scene.js";

/** Every form of id that a person may type. */
const SELECTORS = ["latest", "latest~1", "latest~2", "step:1", "step:2", "task:7", "task:7/start", "backup"];

/** How a document was spoiled. */
export type Spoiling = { kind: "flip"; position: number; bit: number } | { kind: "cut"; length: number };

/** `detected`: an error with a code; `told`: a warning; `harmless`: every answer is the same. */
export type DocumentOutcome = "detected" | "told" | "harmless";

export function spoil(bytes: Buffer, spoiling: Spoiling): Buffer {
  return spoiling.kind === "flip" ? flipBit(bytes, spoiling.position, spoiling.bit) : bytes.subarray(0, spoiling.length);
}

/** Every byte flipped in one bit, and every length that the document can be cut to. */
export function spoilingsOf(length: number, bit: number): Spoiling[] {
  const positions = Array.from({ length }, (_, position) => position);
  return [
    ...positions.map((position): Spoiling => ({ kind: "flip", position, bit })),
    ...positions.map((cut): Spoiling => ({ kind: "cut", length: cut })),
  ];
}

/** What a scene answers while all is well. */
export interface Answers {
  records: Checkpoint[];
  /** The id and the manifest's hash behind each selector: the plan of a restore follows from those two. */
  found: Map<string, string>;
}

export async function askAll({ checkpoints }: RotScene): Promise<Answers> {
  const { checkpoints: records, warnings } = await checkpoints.list();
  expect(warnings).toEqual([]);
  const found = new Map<string, string>();
  for (const selector of [...SELECTORS, ...records.map(({ id }) => id)]) found.set(selector, describe(await checkpoints.find(selector)));
  return { records, found };
}

/**
 * Spoils the index in place, asks everything, and puts it back: an error with a code, or the right checkpoint behind every id. What
 * differs in any record is told.
 */
export async function checkRottenIndex(scene: RotScene, answers: Answers, spoiling: Spoiling): Promise<DocumentOutcome> {
  const path = join(scene.storePath, "state.json");
  const bytes = readFileSync(path);
  overwrite(path, spoil(bytes, spoiling));
  try {
    return await judgeIndex(scene, answers);
  } finally {
    overwrite(path, bytes);
  }
}

async function judgeIndex({ checkpoints }: RotScene, answers: Answers): Promise<DocumentOutcome> {
  const listed = await checkpoints.list().catch(toFailure);
  if (listed instanceof StepbackError) {
    expect(["INDEX_UNUSABLE", "FORMAT_TOO_NEW"]).toContain(listed.code);
    return "detected";
  }
  const isTold = listed.warnings.length > 0;
  if (!isTold) expect(listed.checkpoints, "what differs is told").toEqual(answers.records);
  let isDetected = false;
  for (const [selector, expected] of answers.found) {
    const found = await checkpoints.find(selector);
    if (describe(found) === expected) continue;
    // The hash of the manifest itself may be what rotted.
    expect(found.id, selector).toBe(expected.split(" ")[0]);
    expect(await checkpoints.planRestore(found.id).catch(toFailure)).toMatchObject({ code: "MANIFEST_UNUSABLE", exitStatus: 12 });
    isDetected = true;
  }
  return isDetected ? "detected" : isTold ? "told" : "harmless";
}

/** Spoils a manifest in place and puts it back: nothing can be planned by it, and the others are not concerned. */
export async function checkRottenManifest(scene: RotScene, id: CheckpointId, spoiling: Spoiling): Promise<DocumentOutcome> {
  const path = join(scene.storePath, "manifests", `${id}.json`);
  const bytes = readFileSync(path);
  overwrite(path, spoil(bytes, spoiling));
  try {
    expect(await scene.checkpoints.planRestore(id).catch(toFailure)).toMatchObject({ code: "MANIFEST_UNUSABLE", exitStatus: 12 });
    return "detected";
  } finally {
    overwrite(path, bytes);
  }
}

/** What else must hold with a spoiled manifest: verify names it, a restore changes nothing, and new checkpoints are whole. */
export async function checkLifeWithRottenManifest(scene: RotScene, id: CheckpointId, spoiling: Spoiling): Promise<void> {
  const copy = await copyScene(scene);
  try {
    const { checkpoints, storePath } = copy;
    const path = join(storePath, "manifests", `${id}.json`);
    overwrite(path, spoil(readFileSync(path), spoiling));
    const before = pictureOfScene(copy);
    await expect(checkpoints.restore(id)).rejects.toMatchObject({ code: "MANIFEST_UNUSABLE" });
    expect(pictureOfScene(copy)).toEqual(before);
    const { checkpoints: verified } = await checkpoints.verify();
    for (const one of verified) expect([one.id, one.status]).toEqual([one.id, one.id === id ? "unverifiable" : "whole"]);
    const created = await checkpoints.create();
    expect(await checkpoints.verify([created.id])).toMatchObject({ isWhole: true });
    emptyDirectory(copy);
    await checkpoints.restore(created.id);
    expect(pictureOfScene(copy)).toEqual(before);
  } finally {
    copy.discard();
  }
}

/** A repair of whatever became of the index gives every checkpoint back, exactly; or refuses and changes nothing. */
export async function checkRepairOfIndex(scene: RotScene, spoiling: Spoiling): Promise<void> {
  const copy = await copyScene(scene);
  try {
    const { checkpoints, storePath, pictures } = copy;
    const path = join(storePath, "state.json");
    overwrite(path, spoil(readFileSync(path), spoiling));
    const failure = await checkpoints.repair().catch(toFailure);
    if (failure instanceof StepbackError) {
      expect(failure.code).toBe("FORMAT_TOO_NEW");
      return;
    }
    const { checkpoints: listed } = await checkpoints.list();
    expect(listed.map(({ id }) => id).sort()).toEqual([...pictures.keys()].sort());
    for (const { id } of listed) {
      const restored = await checkpoints.restore(id).catch(toFailure);
      if (restored instanceof StepbackError) expect(restored.code).toBe("MANIFEST_UNUSABLE");
      else expect(pictureOfScene(copy), `the directory brought back from ${id}`).toEqual(pictures.get(id));
    }
  } finally {
    copy.discard();
  }
}

function describe({ id, manifestSha256 }: Checkpoint): string {
  return `${id} ${manifestSha256}`;
}

function toFailure(error: unknown): StepbackError {
  if (error instanceof StepbackError) return error;
  throw error;
}
