import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tempFolder } from "../temp-change.js";
import type { Job } from "./job.js";
import type { Outcome } from "./run-worker.js";
import { placeIn, type Place, type Scene } from "./scene.js";

/** The time until the machine is up again; for a part of it a lock that the cut has torn is respected. */
export const BOOT_MS = 60_000;

/** SIGKILL, as wait(2) tells it. */
const KILLED = "9";

const SCRIPT = fileURLToPath(new URL("power-cut.sh", import.meta.url));

export type FileSystem = "ext4" | "ext4-plain" | "xfs" | "btrfs";

/** See power-cut.sh. */
export type Loss = "unflushed" | "contents" | "copied";

/** What can be lost on a file system. */
export function lossesOf(fileSystem: FileSystem): readonly [Loss, ...Loss[]] {
  return fileSystem === "btrfs" ? ["copied"] : ["unflushed", "contents"];
}

export interface PowerCut {
  fileSystem: FileSystem;
  loss: Loss;
  /** Whether all was safely on the disk before the command began. */
  isSynced: boolean;
  /** What runs when the power goes, at a directory on the disk. */
  command: (place: Place) => string[];
  /** What puts things right on the disk itself once the power is back. */
  repair?: { workerPath: string; job: (place: Place) => Job };
}

/** What was on the disk, copied to where it can be looked at. */
export interface AfterCut {
  outcome: Outcome;
  /** As the power came back. */
  cut: Place;
  /** After the repair. */
  repaired: Place;
}

/** The file systems that power can be cut on here; which are left out is said once. With STEPBACK_REQUIRE_ALL=1 none is. */
export function testedFileSystems(): FileSystem[] {
  const missing = (["xfs", "btrfs"] as const).filter(
    (one) => spawnSync(`mkfs.${one}`, ["--version"], { stdio: "ignore" }).error !== undefined,
  );
  if (missing.length > 0) process.stderr.write(`Power is not cut on ${missing.join(" and ")}: no mkfs for them here.\n`);
  const all: readonly FileSystem[] = ["ext4-plain", "xfs", "ext4", "btrfs"];
  return all.filter((one) => process.env["STEPBACK_REQUIRE_ALL"] === "1" || !missing.some((other) => other === one));
}

/**
 * Puts a scene on a disk of its own, runs a command there and cuts the disk's power at the very moment the command ends or is killed.
 * @throws Error when the command fails
 */
export async function cutPower(scene: Scene, { fileSystem, loss, isSynced, command, repair }: PowerCut): Promise<AfterCut> {
  const folder = tempFolder();
  const onDisk = placeIn(join(folder, "disk"));
  const environment = {
    UV_THREADPOOL_SIZE: "1",
    ...(isSynced ? { SYNCED: "1" } : {}),
    ...(repair === undefined ? {} : { WORKER: repair.workerPath, REPAIR: JSON.stringify(repair.job(onDisk)) }),
  };
  const printed = await execute(["-m", "sh", SCRIPT, fileSystem, loss, scene.template, folder, ...command(onDisk)], environment);
  const status = readFileSync(join(folder, "status"), "utf8");
  if (status !== "0" && status !== KILLED) throw new Error(`the command ended with the wait status ${status}:\n${printed}`);
  return {
    outcome: status === KILLED ? "killed" : "finished",
    cut: placeIn(join(folder, "cut")),
    repaired: placeIn(join(folder, "after")),
  };
}

/** Gives what was printed on standard error. */
function execute(args: readonly string[], environment: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("unshare", args, { env: { ...process.env, ...environment }, stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += String(chunk)));
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) resolve(stderr);
      else reject(new Error(`the power cut could not be carried out:\n${stderr}`));
    });
  });
}
