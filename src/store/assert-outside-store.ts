import { realpathSync } from "node:fs";
import { dirname, sep } from "node:path";
import { OutputUnusableError } from "../errors/index.js";
import { resolveOutput, withOutputErrors } from "../platform/index.js";
import type { Store } from "./open-store.js";

/**
 * Makes sure that a file which somebody asked for by name does not come to lie among those of the store: it could take the place of one.
 * @throws OutputUnusableError
 */
export function assertOutsideStore(store: Store, path: string): void {
  withOutputErrors(path, () => {
    const folder = realpathSync(dirname(resolveOutput(path)));
    if (`${folder}${sep}`.startsWith(`${store.path}${sep}`)) throw new OutputUnusableError(path, "lies in the store");
  });
}
