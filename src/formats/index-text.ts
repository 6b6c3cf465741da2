import { checkPart, joinParts, showCrc32 } from "../platform/index.js";
import { SEAL_KEY, sealIndex } from "./index-seal.js";
import { formatRecord, type JsonObject } from "./record-form.js";
import type { CheckpointRecord } from "./record.js";
import { SpeltList } from "./spelt-list.js";

const list = new SpeltList<CheckpointRecord>((record) => {
  const json = formatRecord(record);
  // Line ends inside texts are escaped.
  return { text: JSON.stringify(json, null, 2).replaceAll("\n", "\n    "), compact: JSON.stringify(json) };
});
let hasFormattedBefore = false;

/** Stands unescaped nowhere before the list itself: inside a text its quotes would be escaped. */
const EMPTY_LIST = '"checkpoints": []';
const EMPTY_COMPACT_LIST = '"checkpoints":[]';

/**
 * Gives the text of an index, with its checksum: byte for byte what `JSON.stringify` makes of the whole.
 *
 * A process that writes one index after the other, as the runner of a workflow does, spells each record once: with a thousand of them the whole
 * would take ten times as long as what is new. The first time it is not worth it.
 */
export function encodeIndexText(json: JsonObject, records: readonly CheckpointRecord[]): Buffer {
  // A number as a key, which is none of ours, would come first and might hold anything.
  if (!hasFormattedBefore || records.length === 0 || Object.keys(json)[0] !== "format_version") {
    hasFormattedBefore = true;
    return Buffer.from(`${JSON.stringify(sealIndex({ ...json, checkpoints: records.map(formatRecord) }), null, 2)}\n`);
  }
  const shell = { ...json, checkpoints: [] };
  const { bytes, checked } = list.spell(records);
  const [before, after] = splitAt(JSON.stringify(shell), EMPTY_COMPACT_LIST);
  // Of the compact text, as a reader computes it.
  const seal = showCrc32(joinParts([checkPart(before), checked, checkPart(after)]));
  const [head, tail] = splitAt(JSON.stringify({ ...shell, [SEAL_KEY]: seal }, null, 2), EMPTY_LIST);
  return Buffer.concat([Buffer.from(`${head}\n    `), bytes, Buffer.from(`\n  ${tail}\n`)]);
}

/** What comes before the inside of the empty list, and what comes after it. */
function splitAt(text: string, emptyList: string): [string, string] {
  const at = text.indexOf(emptyList) + emptyList.length - 1;
  return [text.slice(0, at), text.slice(at)];
}
