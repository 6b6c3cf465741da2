import { spawn } from "node:child_process";
import { once } from "node:events";
import { lstatSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { StepbackError } from "../../../src/index.js";
import { pictureOf } from "../temp-change.js";
import { marksBelow, swappedChange } from "./swapped-folder.js";

const EXCHANGER = fileURLToPath(new URL("exchanger.py", import.meta.url));

export interface ExchangeCounts {
  done: number;
  refused: number;
}

/** Restores and creates while another process exchanges a folder for a symlink to outside, tens of thousands of times a second. */
export async function workUnderExchange({ rounds, deadline = Infinity }: { rounds: number; deadline?: number }): Promise<ExchangeCounts> {
  const counts: ExchangeCounts = { done: 0, refused: 0 };
  const swapped = await swappedChange();
  const { change, outside } = swapped;
  const before = pictureOf(outside);
  const [first] = (await change.checkpoints.list()).checkpoints;
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
      counts.done += 1;
    } catch (error) {
      expect(error).toBeInstanceOf(StepbackError);
      counts.refused += 1;
    }
  };
  for (let round = 0; round < rounds && Date.now() < deadline; round += 1) {
    const text = `inside ${round}`;
    change.edit({ "sub/file.txt": text, "sub/deep/file.txt": text, "sub/new/file.txt": text, "z.txt": text, "sub/deep/link": null });
    const exchanger = spawn("python3", [EXCHANGER, swapped.folderPath, swapped.linkPath], { stdio: ["ignore", "pipe", "inherit"] });
    await once(exchanger.stdout, "data");
    await attempt(() => change.checkpoints.restore(first?.id ?? ""));
    await attempt(() => change.checkpoints.create());
    const exited = once(exchanger, "exit");
    exchanger.kill("SIGKILL");
    await exited;
    if (lstatSync(swapped.folderPath).isSymbolicLink()) swapped.swapBackByExchange();
    await change.checkpoints.repair();
    expect(pictureOf(outside), "what is outside").toEqual(before);
    expect(marksBelow(change.directory), "what came in from outside").toEqual([]);
    await change.checkpoints.restore(first?.id ?? "");
    await change.checkpoints.delete((await change.checkpoints.list()).checkpoints.slice(1).map(({ id }) => id));
  }
  expect((await change.checkpoints.verify()).isWhole).toBe(true);
  return counts;
}
