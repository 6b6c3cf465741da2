/**
 * Platform: what the operating system and file system offer, knowing nothing of checkpoints.
 * Promises: a replaced file is old or new, never a mix; what is flushed survives a power cut; no write ever follows a
 * symlink out of an opened root; no call here swallows an error it did not expect.
 * Must never: decide what belongs to a checkpoint, or keep state between calls beyond an open handle and the locks it could not remove.
 */
export { isOpenedAt } from "./opened-at.js";
export { toFsPath, encodePathBytes, decodePathBytes, printablePath } from "./path-bytes.js";
export { replaceFile, writeNewFile } from "./replace-file.js";
export { openOutputFile, resolveOutput, withOutputErrors, type OutputFile } from "./output-file.js";
export { byteSize } from "./byte-size.js";
export { durationText, utcTime } from "./time-text.js";
export { flushFileSystem, flushWritten, syncFolder, syncFolderOrUndo, type Durability, type Written } from "./flush.js";
export { linkOrCopy, type LinkOutcome } from "./link-or-copy.js";
export { hashBytes, hashOpenFile, hashFileAt } from "./hash-file.js";
export { copyOpenFile, isSameState, isYoung, readState, type StableRead } from "./stable-read.js";
export { readFolderNames } from "./read-folder.js";
export { readPlainFile } from "./read-plain-file.js";
export { KnownFile } from "./known-file.js";
export { RootDirectory, type EntryAttributes } from "./root-directory.js";
export { toTimestamp, isSameTime } from "./timestamps.js";
export { Slice } from "./slice.js";
export { surveyDisk, type DiskSurvey } from "./disk-survey.js";
export { assertFreeSpace, estimateBytes, readDiskUsage } from "./disk-space.js";
export { acquireLock, describeLock, readLock, type HeldLock, type LockInfo } from "./lock-file.js";
export { findProcessesWith } from "./find-processes.js";
export { judgeOwner, mayChangeOwners, readIdentityOf, readOwnIdentity, type ProcessIdentity } from "./process-identity.js";
export { removeTree, type RemovalWatch } from "./remove-tree.js";
export { removeFile } from "./remove-file.js";
export { readMonotonicMs } from "./clock.js";
export { randomToken } from "./random-token.js";
export { DescriptorReserve } from "./descriptor-reserve.js";
export { isShortage, toStorageError, withStorageErrors, withStorageErrorsSync } from "./storage-error.js";
export { isThere } from "./is-there.js";
export { checkPart, crc32, extendPart, joinParts, prepareForLongFile, showCrc32, type CheckedPart } from "./crc32.js";
export { appendLine } from "./append-line.js";
export { readPeakMemory } from "./peak-memory.js";
export { serveTasks } from "./serve-tasks.js";
export { areWorthThreads, ParallelBatches, type Batch } from "./parallel-batches.js";
export { ThreadsFailedError } from "./worker-pool.js";
