import { StepbackError } from "../errors/index.js";
import { childPath, type CheckpointId, type ManifestSearch, type RelativePath, type TreeEntry } from "../formats/index.js";
import { Slice, withStorageErrors } from "../platform/index.js";
import { readManifestSearch, type IndexState, type Store } from "../store/index.js";
import { makePathMatcher, type PathMatcher } from "./path-filter.js";
import { newestFirst } from "./present-records.js";
import type { FoundPath, FoundPaths } from "./requests.js";

/**
 * Finds the paths of all checkpoints that match a pattern. A folder whose rows are the same text as in the checkpoint before is not looked
 * at again, so that a thousand checkpoints cost little more than reading their manifests.
 * @throws InvalidArgumentError for what is no pattern
 */
export async function findPaths(
  { store, state }: { store: Store; state: IndexState },
  pattern: string,
  options: { signal?: AbortSignal },
): Promise<FoundPaths> {
  const matches = await makePathMatcher(pattern);
  return withStorageErrors(store.path, async () => {
    const slice = new Slice(options.signal);
    const warnings: string[] = [];
    const finder = new Finder(matches);
    for (const record of newestFirst(state)) {
      try {
        finder.add(record.id, readManifestSearch(store, record));
      } catch (error) {
        if (!(error instanceof StepbackError)) throw error;
        warnings.push(`${record.id} is passed over: ${error.message}`);
      }
      if (slice.isOver(true)) await slice.rest();
    }
    return { paths: finder.finish(), warnings };
  });
}

interface KnownFolder {
  files: string;
  symlinks: string;
  found: FoundPath[];
}

class Finder {
  readonly #matches: PathMatcher;
  readonly #found = new Map<RelativePath, FoundPath>();
  #known = new Map<RelativePath, KnownFolder>();

  constructor(matches: PathMatcher) {
    this.#matches = matches;
  }

  /** Takes the folders of one checkpoint, newest checkpoint first. */
  add(id: CheckpointId, search: ManifestSearch): void {
    // Only the texts of the last manifest are held.
    const known = new Map<RelativePath, KnownFolder>();
    for (const { path, files, symlinks } of search.folders()) {
      const earlier = this.#known.get(path);
      const isSame = earlier?.files === files && earlier.symlinks === symlinks;
      const found = isSame ? earlier.found : this.#look(path, search.namesIn(files), search.namesIn(symlinks));
      for (const one of found) one.checkpoints.push(id);
      known.set(path, { files, symlinks, found });
    }
    this.#known = known;
  }

  finish(): FoundPath[] {
    return [...this.#found.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
  }

  #look(folder: RelativePath, files: readonly string[], symlinks: readonly string[]): FoundPath[] {
    return [
      ...this.#note([folder], "directory"),
      ...this.#note(
        files.map((name) => childPath(folder, name)),
        "file",
      ),
      ...this.#note(
        symlinks.map((name) => childPath(folder, name)),
        "symlink",
      ),
    ];
  }

  #note(paths: readonly RelativePath[], type: TreeEntry["type"]): FoundPath[] {
    return paths
      .filter((path) => path !== "" && this.#matches(path))
      .map((path) => {
        const found = this.#found.get(path) ?? { path, type, checkpoints: [] };
        this.#found.set(path, found);
        return found;
      });
  }
}
