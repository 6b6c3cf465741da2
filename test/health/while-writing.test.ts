import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { tempChange } from "../support/temp-change.js";

const ROOT = join(import.meta.dirname, "../..");
const PACKAGE = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { exports: { ".": { default: string } } };
const LIBRARY = pathToFileURL(join(ROOT, PACKAGE.exports["."].default)).href;

/** Takes and deletes checkpoints without end. */
const WRITER = `
  const { openCheckpoints } = await import(${JSON.stringify(LIBRARY)});
  const checkpoints = await openCheckpoints(process.argv[1], { config: { durability: "none" } });
  for (;;) {
    const { id } = await checkpoints.create();
    await checkpoints.delete([id]);
    process.stdout.write(".");
  }
`;

test("who only reads meets no error and no damage while another process writes", async () => {
  const files = Object.fromEntries(Array.from({ length: 100 }, (_, number) => [`file-${number}.txt`, `content ${number}`]));
  const { checkpoints, directory } = await tempChange(files);
  const { id } = await checkpoints.create();
  await startWriter(directory);
  const troubles = new Set<string>();
  const note = (error: unknown): void =>
    void troubles.add(error instanceof Error ? error.message.replaceAll(/[0-9a-f]{16}/g, "…") : String(error));
  for (let round = 0; round < 40; round += 1) {
    await checkpoints.status().catch(note);
    await checkpoints.manifest(id).catch(note);
    const { isWhole } = await checkpoints.verify();
    if (!isWhole) troubles.add("verify found damage");
    const { checkpoints: listed } = await checkpoints.list();
    if (listed[0]?.id !== id) troubles.add("list lacks the first checkpoint");
  }
  expect([...troubles]).toEqual([]);
});

/** Gives a process that has written once already, and ends with the test. */
async function startWriter(directory: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", WRITER, directory], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(async () => {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  });
  await once(child.stdout, "data");
  return child;
}
