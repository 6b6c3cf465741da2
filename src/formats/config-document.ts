import { GENERATED_DOCUMENT } from "./generated/config-document.js";

/** A setting, or a group of settings, as schemas/config.schema.json describes it. */
export interface DocumentedSetting {
  key: string;
  description: string;
  /** Of a group. */
  members?: readonly DocumentedSetting[];
}

/** Every setting with its meaning, in the order of the schema. */
export const CONFIG_DOCUMENT: readonly DocumentedSetting[] = GENERATED_DOCUMENT;
