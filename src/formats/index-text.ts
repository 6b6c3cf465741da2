import { SEAL_KEY } from "./index-seal.js";
import { encodeLines, spellList, spellMember } from "./lined-text.js";
import { formatListedRecord } from "./listed-record.js";
import type { JsonObject } from "./record-form.js";
import type { CheckpointRecord } from "./record.js";
import { SpeltList, type SpeltRows } from "./spelt-list.js";

const list = new SpeltList<CheckpointRecord>(formatListedRecord);
/** No command writes more indexes than that; spelling each record by itself takes three times as long as all at once. */
const TIMES_WHOLE = 4;
let timesEncoded = 0;

/** Takes over how records stand in an index that was just read: whoever adds one record to a thousand writes all of them again. */
export function learnRows(records: readonly CheckpointRecord[], rows: SpeltRows): void {
  list.learn(records, rows);
  timesEncoded = TIMES_WHOLE;
}

/**
 * Gives the text of an index, with its checksum. Where the list of checkpoints stands is told by the key `checkpoints`, whatever it holds.
 *
 * A process that writes one index after the other, as the runner of a workflow does, spells each record once: with a thousand of them the whole
 * would take ten times as long as what is new. The first times it is not worth it.
 */
export function encodeIndexText(json: JsonObject, records: readonly CheckpointRecord[], spare?: Buffer): Buffer {
  timesEncoded += 1;
  const spellRecords = () =>
    timesEncoded > TIMES_WHOLE ? spellList("checkpoints", list, records) : spellMember("checkpoints", records.map(formatListedRecord));
  const members = Object.entries(json).map(([key, value]) => (key === "checkpoints" ? spellRecords() : spellMember(key, value)));
  return encodeLines(members, SEAL_KEY, spare);
}
