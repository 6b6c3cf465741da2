/** Where and under what load something was measured. */
import { readFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";

export async function describeMachine(folder) {
  return {
    node: process.versions.node,
    processors: availableParallelism(),
    memoryBytes: totalmem(),
    fileSystem: await readFileSystem(folder),
  };
}

/** The type of the file system that a folder is on, as the system calls it. */
async function readFileSystem(folder) {
  if (process.platform !== "linux") return process.platform;
  const mounts = (await readFile("/proc/self/mounts", "utf8")).trim().split("\n");
  const around = mounts.map((line) => line.split(" ")).filter(([, place]) => `${folder}/`.startsWith(place === "/" ? "/" : `${place}/`));
  return around.reduce((one, other) => (other[1].length >= one[1].length ? other : one))[2];
}
