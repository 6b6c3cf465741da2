/**
 * The mode of a stored file: never more open to others than the original, never writable, always readable to its owner, who
 * read it once and must be able to give it back.
 */
export function storedMode(mode: number): number {
  return (mode & 0o555) | 0o400;
}

/** The mode of a stored folder: its owner can always enter it and write to it. */
export function storedFolderMode(mode: number): number {
  return (mode & 0o777) | 0o700;
}
