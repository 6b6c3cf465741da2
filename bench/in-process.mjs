/**
 * A program that has loaded the library and lives on, as runners and services do: it makes calls when it is told to and times them.
 * Started by library.mjs, with the folder of the build as its argument.
 *
 * A kind of call that needs something done beforehand, untimed, names it in `ready`: what is measured then is the call alone.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { openCheckpoints } = await import(pathToFileURL(join(process.argv[2], "index.js")).href);

const CALLS = {
  create: { call: (checkpoints) => checkpoints.create() },
  restore: { call: (checkpoints) => checkpoints.restore("latest") },
  fill: { call: fill },
};

const MS_PER_HOUR = 3_600_000;

process.on("message", (request) => {
  answer(request).then(
    (ms) => process.send({ ms }),
    (error) => process.send({ error: error.stack }),
  );
});
process.on("disconnect", () => process.exit());
process.send({ ms: 0 });

/** Makes a call. @returns {Promise<number>} its milliseconds */
async function answer({ name, tree, store, ...rest }) {
  const { ready, call } = CALLS[name];
  const checkpoints = await openCheckpoints(tree, { storePath: store, ...optionsOf(rest) });
  await ready?.(checkpoints, rest);
  const startedAt = performance.now();
  await call(checkpoints, rest);
  return performance.now() - startedAt;
}

/** Stores made only to be looked at need not be durable; their clock goes an hour on with every checkpoint. */
function optionsOf({ startMs }) {
  if (startMs === undefined) return {};
  let nowMs = startMs;
  return { config: { durability: "none" }, now: () => new Date((nowMs += MS_PER_HOUR)) };
}

/** As a workflow of many steps leaves a store. */
async function fill(checkpoints, { from, to }) {
  for (let step = from; step <= to; step += 1) {
    await checkpoints.create({ step, stepName: `Step ${step} of the workflow`, success: true, tags: ["bench"] });
  }
}
