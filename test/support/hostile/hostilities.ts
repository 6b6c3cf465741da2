import { INDEX_HOSTILITIES } from "./index-hostilities.js";
import { JOURNAL_HOSTILITIES } from "./journal-hostilities.js";
import { LAYOUT_HOSTILITIES } from "./layout-hostilities.js";
import { MANIFEST_HOSTILITIES } from "./manifest-hostilities.js";
import { SESSION_HOSTILITIES } from "./session-hostilities.js";
import { WORKFLOW_HOSTILITIES } from "./workflow-hostilities.js";
import type { Hostility } from "./spoil.js";

/** Every way in which a store is made hostile here. */
export const HOSTILITIES: readonly Hostility[] = [
  ...INDEX_HOSTILITIES,
  ...LAYOUT_HOSTILITIES,
  ...MANIFEST_HOSTILITIES,
  ...JOURNAL_HOSTILITIES,
  ...SESSION_HOSTILITIES,
  ...WORKFLOW_HOSTILITIES,
];
