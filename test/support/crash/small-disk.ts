import { readdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { mount, mountTmpfs } from "../../end-to-end/command-line.js";
import { assertFaultHandled } from "./fault-sweep.js";
import { carryOut } from "./operations.js";
import type { Outcome } from "./run-worker.js";
import { jobAt, layOut, type Scene } from "./scene.js";

const ROOMY = "size=64m,nr_inodes=10000";
const PAGE_BYTES = 4096;

/** What is left on a disk, beyond what the scene takes, or that nothing can be written to it any more. */
export type Limit = { pages: number } | { inodes: number } | "read-only";

/** A file system in memory that becomes full, or read-only, at a chosen moment; its own until the test ends. */
export class SmallDisk {
  readonly #root = mountTmpfs(ROOMY);
  #cases = 0;

  /**
   * Does a scene's job on this disk, limited from the start or from the job's nth look at the clock on, lifts the limit, and holds what came
   * of it against the promises. Some of those looks come right before the writes that matter.
   */
  async run(scene: Scene, limit: Limit, fromLook = 0): Promise<Outcome> {
    const place = layOut(scene, join(this.#root, String((this.#cases += 1))));
    const openBefore = countDescriptors();
    let looks = 0;
    const now = (): Date => {
      if ((looks += 1) === fromLook) this.#restrict(limit);
      return new Date();
    };
    if (fromLook === 0) this.#restrict(limit);
    const report = await carryOut(jobAt(scene, place), { now, config: { durability: "none" } });
    this.#remount("rw", ROOMY);
    try {
      if (looks < fromLook) return "missed";
      expect(countDescriptors(), "files left open").toBe(openBefore);
      const end = { report, status: null, signal: null, stderr: "" };
      return await assertFaultHandled(scene, place, { end, error: limit === "read-only" ? "EROFS" : "ENOSPC", recovery: "repair" });
    } finally {
      for (const name of readdirSync(this.#root)) rmSync(join(this.#root, name), { recursive: true });
    }
  }

  #restrict(limit: Limit): void {
    const { blocks, bfree, bsize, files, ffree } = statfsSync(this.#root);
    if (limit === "read-only") this.#remount("ro", ROOMY);
    else if ("pages" in limit) this.#remount("rw", `size=${(blocks - bfree) * bsize + limit.pages * PAGE_BYTES}`);
    else this.#remount("rw", `nr_inodes=${files - ffree + limit.inodes}`);
  }

  #remount(access: "ro" | "rw", options: string): void {
    mount("-o", `remount,${access},${options}`, this.#root);
  }
}

function countDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}
