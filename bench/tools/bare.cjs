/**
 * The least that a checkpoint can cost a program in Node: the same calls of the system, one after the other, and nothing else. No manifest, no
 * lock, no look at what changed meanwhile, no second thread.
 *
 *     node bare.cjs copy FROM TO          reads, hashes and writes every file, and flushes
 *     node bare.cjs link TREE BASE TO     looks at every file of TREE, links that of BASE, and flushes
 *     node bare.cjs hash FOLDER           reads and hashes every file
 */
const fs = require("node:fs");

const CHUNK_BYTES = 1024 * 1024;

const [, , task, from, second, third] = process.argv;
if (task === "copy") copyAll();
else if (task === "link") linkAll();
else if (task === "hash") hashAll();
else throw new Error(`${task} is no task`);

function copyAll() {
  const { createHash } = require("node:crypto");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  walk(from, second, (path, target) => {
    const [source, written] = [fs.openSync(path, "r"), fs.openSync(target, "wx")];
    const { mtime, mode } = fs.fstatSync(source);
    const hash = createHash("sha256");
    for (let length; (length = fs.readSync(source, chunk)) > 0;) {
      hash.update(chunk.subarray(0, length));
      fs.writeSync(written, chunk, 0, length);
    }
    hash.digest();
    fs.futimesSync(written, mtime, mtime);
    fs.fchmodSync(written, mode);
    fs.closeSync(written);
    fs.closeSync(source);
  });
  flush(second);
}

function linkAll() {
  walk(from, third, (path, target) => {
    fs.lstatSync(path, { bigint: true });
    fs.linkSync(second + path.slice(from.length), target);
  });
  flush(third);
}

function hashAll() {
  const { createHash } = require("node:crypto");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  walk(from, null, (path) => {
    const source = fs.openSync(path, "r");
    const hash = createHash("sha256");
    for (let length; (length = fs.readSync(source, chunk)) > 0;) hash.update(chunk.subarray(0, length));
    hash.digest();
    fs.closeSync(source);
  });
}

/** Calls for each file, with where it goes; makes the folders there. */
function walk(folder, target, visit) {
  if (target !== null) fs.mkdirSync(target, { recursive: true });
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const [path, next] = [`${folder}/${entry.name}`, target && `${target}/${entry.name}`];
    if (entry.isDirectory()) walk(path, next, visit);
    else visit(path, next);
  }
}

function flush(folder) {
  require("node:child_process").spawnSync("sync", ["-f", folder], { stdio: "ignore" });
}
