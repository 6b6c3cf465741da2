/** The library in a process of its own that lives on. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("in-process.mjs", import.meta.url));

/**
 * Starts it.
 * @param {string} build the folder of the build
 * @returns {Promise<{ call: (request: { name: string, tree: string, store: string }) => Promise<number>, close: () => void }>} `call` gives milliseconds
 */
export async function startLibrary(build) {
  const child = fork(PROGRAM, [build], { execArgv: [], env: { ...process.env, NODE_OPTIONS: "" } });
  const ended = once(child, "exit").then(() => [{ error: "the process with the library ended" }]);
  const answer = async () => {
    const [message] = await Promise.race([once(child, "message"), ended]);
    if (message.error !== undefined) throw new Error(message.error);
    return message.ms;
  };
  await answer();
  return {
    call(request) {
      child.send(request);
      return answer();
    },
    close: () => child.disconnect(),
  };
}
