import { closeSync, constants, openSync } from "node:fs";
import { toFsPath } from "./path-bytes.js";

/**
 * File descriptors kept back while work is done that must be put back when it fails: a process that has run out of them could otherwise
 * not even do that.
 */
export class DescriptorReserve {
  readonly #descriptors: number[] = [];

  /** @throws EMFILE, ENFILE when there are not so many; nothing is kept then. */
  static take(count: number, folder: string): DescriptorReserve {
    const reserve = new DescriptorReserve();
    try {
      while (reserve.#descriptors.length < count)
        reserve.#descriptors.push(openSync(toFsPath(folder), constants.O_RDONLY | constants.O_DIRECTORY));
      return reserve;
    } catch (error) {
      reserve.release();
      throw error;
    }
  }

  /** A second call does nothing. */
  release(): void {
    for (const descriptor of this.#descriptors.splice(0)) closeSync(descriptor);
  }
}
