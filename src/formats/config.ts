/** All settings with their defaults filled in. */
export interface Config {
  /** Gitignore patterns, added after those of `.checkpointignore`. */
  ignore: string[];
  limits: {
    /** Entries (files, folders, symlinks) of a tree before it is refused. */
    maxEntries: number;
    /** Bytes of a tree before it is refused. */
    maxTotalBytes: number;
    /** Files larger than this are left out and named in the manifest; null for no limit. */
    maxFileBytes: number | null;
  };
  /** `full`: a checkpoint survives a power cut at exit 0; `none`: it survives a crash of the process only. */
  durability: "full" | "none";
  /** Where `--change-id` looks, relative to a folder above the current one. */
  changesRoot: string;
  retention: {
    keepLast: number;
    /** Days; null when age alone keeps nothing. */
    keepWithinDays: number | null;
  };
}
