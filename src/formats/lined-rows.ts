import { checkBytes, checkPart, joinPair, type CheckedPart } from "../platform/index.js";
import { joinMembers } from "./lined-text.js";
import type { JsonObject } from "./record-form.js";
import type { SpeltRow } from "./spelt-list.js";

/** Below that spelling a document again to find its checksum takes less time than loading what goes over bytes. */
const LONG_BYTES = 128 * 1024;

const ROW_INDENT = 4;
const LINE_END = 0x0a;
const COMMA = 0x2c;

/**
 * Finds the rows of a document's long list in its bytes, if the document bears its own checksum in the form that this version writes, a line
 * of compact JSON for each row. Undefined for every other, and for one that is not worth it: its checksum can be found by spelling it again.
 * @param json what the bytes say
 */
export function findRows(bytes: Buffer, json: JsonObject, listKey: string, sealKey: string): SpeltRow[] | undefined {
  const list = json[listKey];
  if (bytes.length < LONG_BYTES || !Array.isArray(list) || list.length === 0) return undefined;
  const rows = cutRows(bytes, `\n  ${JSON.stringify(listKey)}: [\n`, list.length)?.map((row) => ({ bytes: row, checked: checkBytes(row) }));
  if (rows === undefined) return undefined;
  const members = Object.entries(json).filter(([key]) => key !== sealKey);
  const checked = members.map(([key, value]) =>
    key === listKey ? checkList(key, rows) : checkPart(`${JSON.stringify(key)}:${JSON.stringify(value)}`),
  );
  return json[sealKey] === joinMembers(checked) ? rows : undefined;
}

/** Whether they are rows at all the checksum tells. */
function cutRows(bytes: Buffer, opening: string, count: number): Buffer[] | undefined {
  const found = bytes.indexOf(opening);
  if (found < 0) return undefined;
  const rows: Buffer[] = [];
  for (let start = found + Buffer.byteLength(opening); rows.length < count;) {
    const end = bytes.indexOf(LINE_END, start);
    if (end < 0) return undefined;
    rows.push(bytes.subarray(start + ROW_INDENT, bytes[end - 1] === COMMA ? end - 1 : end));
    start = end + 1;
  }
  return rows;
}

function checkList(key: string, rows: readonly SpeltRow[]): CheckedPart {
  const comma = checkPart(",");
  const all = rows.map(({ checked }) => checked).reduce((one, other) => joinPair(joinPair(one, comma), other));
  return joinPair(joinPair(checkPart(`${JSON.stringify(key)}:[`), all), checkPart("]"));
}
