/**
 * A program that has loaded the library and lives on, as runners and services do: it makes calls when it is told to and times them.
 * Started by library.mjs, with the folder of the build as its argument.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { openCheckpoints } = await import(pathToFileURL(join(process.argv[2], "index.js")).href);

const MS_PER_HOUR = 3_600_000;

/** What it can be told, by name. The handle that `open` gives is kept, with all that it knows, until the next one is opened. */
const CALLS = {
  open,
  create: () => checkpoints.create(),
  prepareNext: () => checkpoints.prepareNext(),
  restore: () => checkpoints.restore("latest"),
  fill,
};

let checkpoints;

process.on("message", ({ name, ...request }) => {
  time(() => CALLS[name](request)).then(
    (ms) => process.send({ ms }),
    (error) => process.send({ error: error.stack }),
  );
});
process.on("disconnect", () => process.exit());
process.send({ ms: 0 });

async function time(call) {
  const startedAt = performance.now();
  await call();
  return performance.now() - startedAt;
}

async function open({ tree, store }) {
  checkpoints = await openCheckpoints(tree, { storePath: store });
}

/** Adds checkpoints as a workflow of many steps does. They need not be durable; the clock goes an hour on with each of them. */
async function fill({ tree, store, from, to }) {
  let nowMs = Date.UTC(2026, 0, 1) + from * MS_PER_HOUR;
  const filled = await openCheckpoints(tree, {
    storePath: store,
    config: { durability: "none" },
    now: () => new Date((nowMs += MS_PER_HOUR)),
  });
  for (let step = from; step <= to; step += 1) {
    await filled.create({ step, stepName: `Step ${step} of the workflow`, success: true, tags: ["bench"] });
  }
}
