import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a file by rename, and only when its contents differ: two builds at once never show half a file. */
export async function writeIfChanged(path, contents) {
  const bytes = Buffer.from(contents);
  const present = await readFile(path).catch((error) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (present?.equals(bytes)) return false;
  await mkdir(dirname(path), { recursive: true });
  const temporaryPath = `${path}.${process.pid}.tmp`;
  await writeFile(temporaryPath, bytes);
  await rename(temporaryPath, path);
  return true;
}
