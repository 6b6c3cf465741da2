/** stepback as it is measured: as whole processes in both durabilities, and as a library in a process that lives on. */
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { startLibrary } from "../library.mjs";
import { nodeCommand, runCommand } from "../measure-process.mjs";

/** All variants start from links to one and the same base: stepback replaces files and never writes into one. */
const BASE = "stepback-base";
const PAIR = "stepback-pair";

/** A stepback command on a tree and a store. */
export function stepbackCommand({ build, tree, store }, args) {
  return nodeCommand(join(build, "cli", "main.cjs"), "--dir", tree, "--store", store, ...args);
}

/** @returns {import("./index.mjs").ToolAtWork} */
export function openProcesses(scene, { build, durability }) {
  const place = placeOf(scene, `store-${durability}`);
  const stepback = (...args) => stepbackCommand({ build, tree: scene.tree, store: place.store }, args);
  const onBase = (...args) => ({ prepare: place.takeBase, command: () => stepback(...args) });
  const commands = {
    first: { prepare: place.empty, command: () => stepback("create", "-q") },
    unchanged: onBase("create", "-q"),
    changed: onBase("create", "-q"),
    restore: onBase("restore", "latest", "--yes", "-q"),
    "restore-all": onBase("restore", "latest", "--yes", "-q"),
    "delete-oldest": { prepare: () => place.takePair(build), command: () => stepback("delete", "latest~1", "--yes", "-q") },
    ...(durability === "full" ? { verify: onBase("verify", "-q") } : {}),
  };
  return {
    base: () => place.makeBase(build),
    keep: place.keep,
    operations: mapValues(commands, ({ prepare, command }) => ({
      async prepare() {
        await prepare();
        scene.setDurability(durability);
      },
      command,
    })),
    history:
      durability === "full"
        ? {
            paths: [scene.beside("store-history")],
            store: () => stepbackCommand({ build, tree: scene.tree, store: scene.beside("store-history") }, ["create", "-q"]),
          }
        : undefined,
  };
}

/**
 * A library user. `beforehand` are the calls made, not measured, once the store stands and before the tree changes: a user who has the
 * next checkpoint prepared while idling makes one more than the usual `open`.
 * @param {import("../scene.mjs").Scene} scene
 * @param {{ build: string, calls: Record<string, string>, beforehand?: string[] }} options `calls` in in-process.mjs, by operation
 * @returns {import("./index.mjs").ToolAtWork}
 */
export function openLibrary(scene, { build, calls, beforehand = ["open"] }) {
  const place = placeOf(scene, "store-library");
  let library;
  const request = (name) => library.call({ name, tree: scene.tree, store: place.store });
  const onStore = (prepare, name) => ({
    async prepare() {
      await prepare();
      scene.setDurability("full");
      library ??= await startLibrary(build);
      for (const before of beforehand) await request(before);
    },
    call: () => request(name),
  });
  const prepareFor = (operation) => (operation === "first" ? place.empty : place.takeBase);
  return {
    base: () => place.makeBase(build),
    keep: place.keep,
    operations: Object.fromEntries(Object.entries(calls).map(([operation, name]) => [operation, onStore(prepareFor(operation), name)])),
    close: () => library?.close(),
  };
}

function placeOf(scene, name) {
  const store = scene.beside(name);
  const empty = () => scene.discard(store);
  const takeLinks = (from) => {
    empty();
    scene.linkCopy(from, name);
  };
  const runOn = (build, ...args) => {
    scene.setDurability("full");
    return runCommand(stepbackCommand({ build, tree: scene.tree, store }, args));
  };
  const keepAs = (kept) => {
    if (!existsSync(scene.beside(kept))) renameSync(store, scene.beside(kept));
  };
  return {
    store,
    empty,
    keep: () => keepAs(BASE),
    takeBase: () => takeLinks(BASE),
    async makeBase(build) {
      if (existsSync(scene.beside(BASE))) return;
      empty();
      await runOn(build, "create", "-q");
      keepAs(BASE);
    },
    /** The base and one checkpoint more, most of it shared. */
    async takePair(build) {
      if (!existsSync(scene.beside(PAIR))) {
        takeLinks(BASE);
        scene.change();
        await runOn(build, "create", "-q");
        keepAs(PAIR);
      }
      takeLinks(PAIR);
    },
  };
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
