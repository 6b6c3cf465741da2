import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tempFolder } from "../temp-change.js";
import type { RacyJob, RacyResult } from "./racy-job.js";

const SCRIPT = fileURLToPath(new URL("on-disk.sh", import.meta.url));
const HAMMER = fileURLToPath(new URL("hammer.py", import.meta.url));

/** Where a job runs: beside all other temporary files, or on a disk of its own whose time stamps hold whole seconds. */
export type Disk = "temporary folder" | "ext4-seconds" | "exfat";

type Length = Pick<RacyJob, "rounds" | "deadline" | "seed">;

/** Has files hammered on while checkpoints are taken of them. */
export function runHammered(workerPath: string, disk: Disk, length: Length): Promise<RacyResult> {
  return runRacy(workerPath, disk, (folder) => ({ ...length, kind: "hammered captures", folder, hammerPath: HAMMER }));
}

/** Has a file overwritten while it is read. */
export function runTornReads(workerPath: string, disk: Disk, length: Length): Promise<RacyResult> {
  return runRacy(workerPath, disk, (folder) => ({ ...length, kind: "torn reads", folder }));
}

/** Has a file edited, without a change of its size, while a restore runs that replaces it. */
export function runEditsUnderRestore(workerPath: string, disk: Disk, length: Length): Promise<RacyResult> {
  return runRacy(workerPath, disk, (folder) => ({ ...length, kind: "edits under a restore", folder }));
}

/** Has files edited without a change of their size around checkpoints. */
export function runSameSizeEdits(
  workerPath: string,
  disk: Disk,
  edits: Length & { restoresTimes?: boolean; isStoreElsewhere?: boolean },
): Promise<RacyResult> {
  const { restoresTimes = false, isStoreElsewhere = false, ...length } = edits;
  const storePath = isStoreElsewhere ? { storePath: join(tempFolder(), "store") } : {};
  return runRacy(workerPath, disk, (folder) => ({ ...length, kind: "same-size edits", folder, restoresTimes, ...storePath }));
}

async function runRacy(workerPath: string, disk: Disk, jobIn: (folder: string) => RacyJob): Promise<RacyResult> {
  const folder = tempFolder();
  const isMounted = disk !== "temporary folder";
  if (!isMounted) mkdirSync(join(folder, "disk"));
  const worker = [process.execPath, workerPath, JSON.stringify(jobIn(join(folder, "disk")))];
  const namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", SCRIPT, disk, folder];
  const [program = "", ...args] = isMounted ? [...namespaces, ...worker] : worker;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    const printed = { out: "", err: "" };
    child.stdout.on("data", (text) => (printed.out += String(text)));
    child.stderr.on("data", (text) => (printed.err += String(text)));
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) resolve(JSON.parse(printed.out) as RacyResult);
      else reject(new Error(`the worker ended with status ${status}:\n${printed.err}`));
    });
  });
}
