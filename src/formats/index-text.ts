import { SEAL_KEY } from "./index-seal.js";
import { encodeLines, spellList, spellMember } from "./lined-text.js";
import { formatRecord, type JsonObject } from "./record-form.js";
import type { CheckpointRecord } from "./record.js";
import { SpeltList } from "./spelt-list.js";

const list = new SpeltList<CheckpointRecord>(formatRecord);
let hasFormattedBefore = false;

/**
 * Gives the text of an index, with its checksum. Where the list of checkpoints stands is told by the key `checkpoints`, whatever it holds.
 *
 * A process that writes one index after the other, as the runner of a workflow does, spells each record once: with a thousand of them the whole
 * would take ten times as long as what is new. The first time it is not worth it.
 */
export function encodeIndexText(json: JsonObject, records: readonly CheckpointRecord[]): Buffer {
  const spellRecords = () =>
    hasFormattedBefore ? spellList("checkpoints", list, records) : spellMember("checkpoints", records.map(formatRecord));
  const members = Object.entries(json).map(([key, value]) => (key === "checkpoints" ? spellRecords() : spellMember(key, value)));
  hasFormattedBefore = true;
  return encodeLines(members, SEAL_KEY);
}
