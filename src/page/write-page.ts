import { closeSync, openSync, readSync, statSync } from "node:fs";
import { OutputUnusableError } from "../errors/index.js";
import { openOutputFile, resolveOutput, withOutputErrors } from "../platform/index.js";
import { assertOutsideStore, type Store } from "../store/index.js";
import { PAGE_MARK } from "./render-page.js";

/** The mark of a page stands well before this. */
const HEAD_BYTES = 512;

/**
 * Writes a page to a file: the old one or the new one is there, never a mix, and a page may take the place of an earlier page alone.
 * @throws OutputUnusableError when something else stands there, or the file would lie in the store
 */
export function writePage(store: Store, path: string, page: string): void {
  assertOutsideStore(store, path);
  withOutputErrors(path, () => assertReplaceable(path));
  const output = openOutputFile(path);
  try {
    output.write(Buffer.from(page));
    output.finish();
  } finally {
    output.discard();
  }
}

function assertReplaceable(path: string): void {
  if (!isReplaceable(resolveOutput(path))) throw new OutputUnusableError(path, "is there and is not the page of an earlier report");
}

/** A mistyped name must not cost a file of somebody's work. */
function isReplaceable(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.size === 0) return true;
  const head = Buffer.alloc(HEAD_BYTES);
  const descriptor = openSync(path, "r");
  try {
    return head.toString("latin1", 0, readSync(descriptor, head)).includes(PAGE_MARK);
  } finally {
    closeSync(descriptor);
  }
}
