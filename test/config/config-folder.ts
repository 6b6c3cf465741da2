import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ConfigInvalidError } from "../../src/errors/index.js";
import { tempFolder } from "../support/temp-change.js";

/** Makes a new folder with files in it; a name ending in `/` is a folder. */
export function folderWith(files: Record<string, string | Uint8Array>): string {
  const folder = tempFolder();
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(name.endsWith("/") ? path : dirname(path), { recursive: true });
    if (!name.endsWith("/")) writeFileSync(path, content);
  }
  return folder;
}

/** Gives the ConfigInvalidError that a load ends with; anything else fails the test. */
export async function configErrorOf(load: Promise<unknown>): Promise<ConfigInvalidError> {
  try {
    await load;
  } catch (error) {
    if (error instanceof ConfigInvalidError) return error;
    throw error;
  }
  throw new Error("the configuration was accepted");
}
