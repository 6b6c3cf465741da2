import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StandardOutput } from "../../src/cli/standard-output.js";

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "standard-output-"));
});
afterEach(() => rm(folder, { recursive: true }));

const noStream = (): never => {
  throw new Error("no stream is needed");
};

test("texts and bytes are written at once and in order", () => {
  const path = join(folder, "out");
  const descriptor = openSync(path, "w");
  const output = new StandardOutput(descriptor, noStream);
  output.write("✓ one\n");
  output.write(Buffer.of(0xff, 0x0a));
  output.write("");
  closeSync(descriptor);
  expect(readFileSync(path)).toEqual(Buffer.concat([Buffer.from("✓ one\n"), Buffer.of(0xff, 0x0a)]));
});

test("a full pipe that does not block is left to the stream, from the byte where it was full", () => {
  const path = join(folder, "pipe");
  expect(spawnSync("mkfifo", [path]).status).toBe(0);
  const reader = openSync(path, "r+");
  const writer = openSync(path, O_WRONLY | O_NONBLOCK);
  const stream = new PassThrough();
  const output = new StandardOutput(writer, () => stream as unknown as NodeJS.WriteStream);
  const text = "0123456789".repeat(100_000);
  output.write(text);
  output.write("end");
  const handedOver = (stream.read() as Buffer).toString();
  expect(handedOver.length).toBeLessThan(text.length);
  expect(handedOver.endsWith("789end")).toBe(true);
  expect(text.endsWith(handedOver.slice(0, -"end".length))).toBe(true);
  closeSync(writer);
  closeSync(reader);
});

test("a reader that went away is no failure; another failure is", () => {
  const path = join(folder, "pipe");
  expect(spawnSync("mkfifo", [path]).status).toBe(0);
  const reader = openSync(path, "r+");
  const writer = openSync(path, "w");
  closeSync(reader);
  const output = new StandardOutput(writer, noStream);
  output.write("nobody reads this");
  output.write("nor this");
  closeSync(writer);
  const readOnly = openSync(path, O_RDONLY | O_NONBLOCK);
  expect(() => new StandardOutput(readOnly, noStream).write("x")).toThrow("EBADF");
  closeSync(readOnly);
});
