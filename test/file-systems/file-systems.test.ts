import { expect } from "vitest";
import { testWith } from "../support/requirements.js";
import { useWorker } from "../support/crash/bundle-worker.js";
import { carryOnto, FILE_SYSTEM_WORKER, workOn } from "../support/file-systems/work-on.js";

const workerPath = useWorker(FILE_SYSTEM_WORKER);

/** The file systems that differ the most; test:deep has all, and directory and store apart. */
testWith(["root", "ext4-128"], "everything works where times are whole seconds", async () => {
  expect(await workOn(workerPath(), "ext4-128", "both")).toMatchObject({ heldBack: [], leftInStore: [] });
});

testWith(["root", "btrfs"], "a large file is cloned where the file system can", async () => {
  expect(await workOn(workerPath(), "btrfs", "both")).toMatchObject({ heldBack: [], sharedFlags: "shared", leftInStore: [] });
});

testWith(["root", "exfat"], "everything works where there are no links and capitals mean nothing", async () => {
  const { heldBack, leftInStore } = await workOn(workerPath(), "exfat", "both");
  expect(heldBack?.map((one) => one.split(" ", 1)[0])).toEqual(["symlink", "dangling", "Collides.TXT", "with:colon?.txt", "latin1"]);
  expect(leftInStore).toEqual([]);
});

testWith(["root", "exfat"], "what the directory's file system cannot hold is refused before anything is touched", async () => {
  expect(await carryOnto(workerPath(), "exfat", [])).toMatchObject({ outcome: "UNSUPPORTED", entries: ["."] });
});
