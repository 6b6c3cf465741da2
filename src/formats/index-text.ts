import { checkPart, joinParts, showCrc32, type CheckedPart } from "../platform/index.js";
import { SEAL_KEY, sealIndex } from "./index-seal.js";
import { formatRecord, type JsonObject } from "./record-form.js";
import type { CheckpointRecord } from "./record.js";

/** What a record looks like in an index, and what it adds to the checksum; records never change, only others take their place. */
interface RecordText {
  text: string;
  checked: CheckedPart;
}

const known = new WeakMap<CheckpointRecord, RecordText>();
let hasFormattedBefore = false;

const COMMA = checkPart(",");
/** Stands unescaped nowhere before the list itself: inside a text its quotes would be escaped. */
const EMPTY_LIST = '"checkpoints": []';
const EMPTY_COMPACT_LIST = '"checkpoints":[]';

/**
 * Gives the text of an index, with its checksum: byte for byte what `JSON.stringify` makes of the whole.
 *
 * A process that writes one index after the other, as the runner of a workflow does, spells each record once: with a thousand of them the whole
 * would take ten times as long as what is new. The first time it is not worth it.
 */
export function formatIndexText(json: JsonObject, records: readonly CheckpointRecord[]): string {
  if (!hasFormattedBefore || records.length === 0) {
    hasFormattedBefore = true;
    return `${JSON.stringify(sealIndex({ ...json, checkpoints: records.map(formatRecord) }), null, 2)}\n`;
  }
  const shell = { ...json, checkpoints: [] };
  const texts = records.map(textOf);
  const sealed = JSON.stringify({ ...shell, [SEAL_KEY]: checksumOf(shell, texts) }, null, 2);
  const at = sealed.indexOf(EMPTY_LIST) + EMPTY_LIST.length - 1;
  return `${sealed.slice(0, at)}\n    ${texts.map(({ text }) => text).join(",\n    ")}\n  ${sealed.slice(at)}\n`;
}

function textOf(record: CheckpointRecord): RecordText {
  const spelt = known.get(record);
  if (spelt !== undefined) return spelt;
  const json = formatRecord(record);
  // Line ends inside texts are escaped.
  const made = { text: JSON.stringify(json, null, 2).replaceAll("\n", "\n    "), checked: checkPart(JSON.stringify(json)) };
  known.set(record, made);
  return made;
}

/** Of the compact text, as a reader computes it. */
function checksumOf(shell: JsonObject, texts: readonly RecordText[]): string {
  const compact = JSON.stringify(shell);
  const at = compact.indexOf(EMPTY_COMPACT_LIST) + EMPTY_COMPACT_LIST.length - 1;
  const list = texts.flatMap(({ checked }, place) => (place === 0 ? [checked] : [COMMA, checked]));
  return showCrc32(joinParts([checkPart(compact.slice(0, at)), ...list, checkPart(compact.slice(at))]));
}
