import { describe, expect } from "vitest";
import { testWith } from "../support/requirements.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { FILE_SYSTEMS } from "../support/file-systems/run-mounted.js";
import { carryOnto, FILE_SYSTEM_WORKER, workOn } from "../support/file-systems/work-on.js";

const workerPath = useWorker(FILE_SYSTEM_WORKER);

/** What a file system does not hold of the tree. */
const HELD_BACK: Record<string, string[]> = {
  ntfs: ["Collides.TXT", "latin1"],
  exfat: ["symlink", "dangling", "Collides.TXT", "with:colon?.txt", "latin1"],
};
const CLONING: ReadonlySet<string> = new Set(["xfs", "btrfs"]);

describe.each(FILE_SYSTEMS)("%s", (kind) => {
  const heldBack = HELD_BACK[kind] ?? [];

  testWith(["root", kind], `directory and store on ${kind}`, async () => {
    const seen = await workOn(workerPath(), kind, "both");
    expect(seen.heldBack?.map((one) => one.split(" ", 1)[0])).toEqual(heldBack);
    expect(seen.leftInStore).toEqual([]);
    if (CLONING.has(kind)) expect(seen.sharedFlags).toBe("shared");
  });

  testWith(["root", kind], `the directory on ${kind}, the store elsewhere`, async () => {
    const seen = await workOn(workerPath(), kind, "directory");
    expect(seen.heldBack?.map((one) => one.split(" ", 1)[0])).toEqual(heldBack);
    expect(seen.leftInStore).toEqual([]);
  });

  testWith(["root", kind], `the store on ${kind}, the directory elsewhere`, async () => {
    expect((await workOn(workerPath(), kind, "store", { without: heldBack })).leftInStore).toEqual([]);
  });

  for (const [position, oddity] of heldBack.entries()) {
    const without = heldBack.filter((_, other) => other !== position);
    testWith(["root", kind], `a store on ${kind} refuses ${oddity} and leaves nothing behind`, async () => {
      const seen = await workOn(workerPath(), kind, "store", { onlyCreate: true, without });
      expect(seen.outcome).toMatch(/^UNSUPPORTED /);
      expect(seen.leftInStore).toEqual([]);
    });

    testWith(["root", kind], `a directory on ${kind} refuses ${oddity} before anything is touched`, async () => {
      expect(await carryOnto(workerPath(), kind, without)).toMatchObject({ outcome: "UNSUPPORTED", entries: ["."] });
    });
  }
});
