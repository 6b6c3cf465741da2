import { baseName, parentPath, type RelativePath, type TreeEntry } from "../formats/index.js";
import { isLiveWorkFolder } from "../store/index.js";

/**
 * Finds an entry that no scan of a directory would have captured, so that only a forged manifest has it: the insides of a repository (a
 * restore would put hooks there), a store, or work in flight. Undefined when all is well.
 */
export function findUncapturable(entries: readonly TreeEntry[]): RelativePath | undefined {
  const namesOfStores = new Map<RelativePath, Set<string>>();
  for (const { path, type } of entries) {
    if (path === "") continue;
    const name = baseName(path);
    if (name.toLowerCase() === ".git") return path;
    if (path === name && type === "directory" && isLiveWorkFolder(name)) return path;
    if (name !== "state.json" && name !== "manifests") continue;
    const folder = parentPath(path);
    const names = namesOfStores.get(folder) ?? new Set();
    namesOfStores.set(folder, names.add(name));
    if (folder !== "" && names.has("state.json") && (names.has("manifests") || baseName(folder) === ".checkpoints")) return folder;
  }
  return undefined;
}
