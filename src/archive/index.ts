/**
 * Archives: checkpoints as one tar file, and back.
 * Promises: the same checkpoints give the same tar, byte for byte; a file of that name is whole or not there; an import takes in exactly what
 * the manifests list, held against their hashes, and publishes nothing before all of the archive was read; what is refused leaves no trace.
 * Must never: let a name, size or type that an archive tells decide where or how much is written.
 */
export { exportArchive, type ArchiveOutput, type ExportedArchive } from "./export-archive.js";
export { importArchive, type ArchiveInput, type ImportedArchive } from "./import-archive.js";
