/**
 * Formats: the types and checks of every file that stepback writes, the legacy form, and the two spellings of keys
 * (camelCase in code, snake_case on disk and in JSON output).
 * Promises: older versions are read, newer ones are refused, a wrong file is never guessed at; unknown keys are kept.
 * Must never: touch the disk.
 */
export * from "./names.js";
export * from "./record.js";
export * from "./manifest.js";
export * from "./config.js";
export type { CalendarPeriod, RetentionLimits, RetentionPolicy, RetentionRules } from "./retention-policy.js";
export { encodeIndex, formatIndex, parseIndex, emptyIndex, INDEX_FORMAT_VERSION, type ParsedIndex } from "./index-file.js";
export { decodeManifest, encodeManifest, formatManifestText, formatSha256Sums } from "./manifest-file.js";
export { MANIFEST_FORMAT_VERSION, parseManifestRecord } from "./manifest-text.js";
export { ManifestLines, type StoredFile } from "./manifest-lines.js";
export { ManifestSearch, type FolderText } from "./manifest-search.js";
export { encodeJournal, formatJournal, parseJournal, type Journal, type JournalOperation } from "./journal-file.js";
export { formatArchiveHead, parseArchiveHead, ARCHIVE_FORMAT_VERSION, type ArchiveHead, type ArchivedCheckpoint } from "./archive-head.js";
export * from "./workflow-record.js";
export { currentStepOf, encodeWorkflow, formatWorkflow, isWorkflowId, parseWorkflow, WORKFLOW_FORMAT_VERSION } from "./workflow-file.js";
export { toJsonForm, toSnakeKey } from "./json-form.js";
export { makeLegacyRecord, parseLegacyIndex } from "./legacy-index.js";
export * from "./session.js";
export { formatSession, parseSession, SESSION_FORMAT_VERSION, SESSION_KEYS } from "./session-file.js";
export { CONFIG_DOCUMENT, type DocumentedSetting } from "./config-document.js";
