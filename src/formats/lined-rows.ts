import { checkPart, extendPart, prepareForLongFile, type CheckedPart } from "../platform/index.js";
import { checkList, joinMembers } from "./lined-text.js";
import { isJsonObject, type JsonObject } from "./record-form.js";
import { rowOf, type SpeltRows } from "./spelt-list.js";

/** Below that a document is read, and spelt again to find its checksum, in less time than loading what goes over bytes takes. */
const LONG_BYTES = 128 * 1024;

const LINE_END = "\n".charCodeAt(0);
const COMMA = ",".charCodeAt(0);
const ROW_INDENT = "    ";

/** Where in each row a value lies that is long, and seldom asked for. */
export interface SeldomRead {
  /** The key with which every row begins; its value tells the rows apart. */
  idKey: string;
  /** What stands around it, with a quotation mark at least, which has a backslash before it in every text: it is found nowhere else. */
  before: string;
  after: string;
}

/** A document whose long list was found in its bytes. */
export interface LinedDocument {
  /** What the bytes say, without the values that are seldom read. */
  json: JsonObject;
  spelt: SpeltRows;
  /** Which rows are without theirs, by their place. */
  shortened: readonly boolean[];
}

/**
 * Reads a document from its bytes, if it is long and bears its own checksum in the form that this version writes, a line of compact JSON for
 * each row of its long list. Undefined for every other, which has to be read as a whole.
 *
 * Half of the time that a process takes for this is the first runs of code that no compiler has seen yet: so there is as little of it as can
 * be for each row, and the rest is left to what Node has in its own binary.
 */
export function readLined(bytes: Buffer, listKey: string, sealKey: string, seldom: SeldomRead): LinedDocument | undefined {
  const opening = `\n  ${JSON.stringify(listKey)}: [\n${ROW_INDENT}`;
  const found = bytes.length < LONG_BYTES ? -1 : bytes.indexOf(opening);
  if (found < 0) return undefined;
  const start = found + opening.length;
  const spelt = cutRows(bytes, start);
  const { text, shortened } = shorten(bytes, start, spelt, seldom);
  const json = parseObject(text);
  const list = json?.[listKey];
  if (json === undefined || !Array.isArray(list) || list.length !== spelt.ends.length) return undefined;
  if (!list.every((row: unknown, place) => beginsWithId(rowOf(spelt, place), row, seldom.idKey))) return undefined;
  const members = Object.entries(json).filter(([key]) => key !== sealKey);
  const checked = members.map(([key, value]) =>
    key === listKey ? checkList(key, spelt.checked) : checkPart(`${JSON.stringify(key)}:${JSON.stringify(value)}`),
  );
  if (json[sealKey] !== joinMembers(checked)) return undefined;
  return { json, spelt, shortened };
}

/** Whether they are rows at all the checksum tells. */
function cutRows(bytes: Buffer, first: number): SpeltRows {
  prepareForLongFile();
  const ends: number[] = [];
  let checked: CheckedPart = checkPart("");
  for (let start = first; ;) {
    const lineEnd = bytes.indexOf(LINE_END, start);
    const isLast = lineEnd < 0 || bytes[lineEnd - 1] !== COMMA;
    const end = lineEnd < 0 ? bytes.length : lineEnd;
    // With its comma, as it stands in the compact text as well.
    checked = extendPart(checked, bytes.subarray(start, end));
    ends.push((isLast ? end : end - 1) - first);
    if (isLast) return { bytes: bytes.subarray(first, end), ends, checked };
    start = end + 1 + ROW_INDENT.length;
  }
}

/** A line end may stand behind another comma than that between two rows, where only white space was changed. */
function beginsWithId(line: Buffer, row: unknown, idKey: string): boolean {
  if (!isJsonObject(row)) return false;
  const start = `{${JSON.stringify(idKey)}:${JSON.stringify(row[idKey])},`;
  return line.toString("latin1", 0, start.length) === start;
}

/** Gives a document's text without the values that are seldom read. */
function shorten(bytes: Buffer, first: number, { ends }: SpeltRows, { before, after }: SeldomRead) {
  const [findBefore, findAfter] = [makeSearch(bytes, before), makeSearch(bytes, after)];
  const shortened: boolean[] = [];
  let [text, taken, start] = ["", 0, first];
  for (const rowEnd of ends) {
    const found = findBefore(start);
    const end = first + rowEnd;
    const [from, to] = found < end ? [found + before.length, findAfter(found)] : [end, end];
    const isFound = to < end && isPlain(bytes.toString("latin1", start + "{".length, found));
    if (isFound) {
      text += bytes.toString("utf8", taken, from);
      taken = to;
    }
    shortened.push(isFound);
    start = end + ",\n".length + ROW_INDENT.length;
  }
  return { text: text + bytes.toString("utf8", taken), shortened };
}

/** Searches on from wherever it is asked to, as long as that is never before where it was asked last; past the end there is nothing. */
function makeSearch(bytes: Buffer, wanted: string): (from: number) => number {
  let found = -1;
  return (from) => {
    if (found < from) found = bytes.indexOf(wanted, from, "latin1");
    return found < 0 ? (found = Infinity) : found;
  };
}

/** Numbers, texts and the like; in anything else the same key could stand once more. */
function isPlain(members: string): boolean {
  return !/[[{]/.test(members);
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isJsonObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
