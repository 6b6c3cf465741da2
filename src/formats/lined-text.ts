import { checkPart, crc32, joinParts, showCrc32, type CheckedPart } from "../platform/index.js";
import type { SpeltList } from "./spelt-list.js";

/** One member of a document as its text shows it, and what the checksum needs of it. */
export interface SpeltMember {
  key: string;
  bytes: readonly Buffer[];
  checked: CheckedPart;
}

/** Spells a member that is small, or is written once. */
export function spellMember(key: string, value: unknown): SpeltMember {
  const name = JSON.stringify(key);
  const rows = Array.isArray(value) && value.length > 0 ? value.map((row) => JSON.stringify(row)) : null;
  const compact = rows === null ? JSON.stringify(value) : `[${rows.join(",")}]`;
  const shown = rows === null ? compact : `[\n    ${rows.join(",\n    ")}\n  ]`;
  return { key, bytes: [Buffer.from(`  ${name}: ${shown}`)], checked: checkPart(`${name}:${compact}`) };
}

/** Spells a list that is long, and is written again and again with a row more; what it gives holds until its next call. */
export function spellList<Row extends object>(key: string, list: SpeltList<Row>, rows: readonly Row[]): SpeltMember {
  if (rows.length === 0) return spellMember(key, []);
  const { bytes, checked } = list.spell(rows);
  const name = JSON.stringify(key);
  return {
    key,
    bytes: [Buffer.from(`  ${name}: [\n    `), ...bytes, Buffer.from("\n  ]")],
    checked: checkList(key, checked),
  };
}

/**
 * Gives the text of a document, with the checksum of its compact JSON text as its last member. Every member has a line, and every row of a list:
 * people find their way with `grep`, and a file that is written whole after each step of a long workflow is half as long as an indented one.
 * @param spare memory that may be written to and given back, for whoever encodes one long document after the other
 */
export function encodeLines(members: readonly SpeltMember[], sealKey: string, spare?: Buffer): Buffer {
  const seal = `  ${JSON.stringify(sealKey)}: ${JSON.stringify(sealOf(members))}\n}\n`;
  const parts = [Buffer.from("{\n"), ...members.flatMap(({ bytes }) => [...bytes, Buffer.from(",\n")]), Buffer.from(seal)];
  return spare === undefined ? Buffer.concat(parts) : joinInto(spare, parts);
}

/** Into new memory with room to grow where the spare one is too small. */
function joinInto(spare: Buffer, parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const joined = spare.length >= length ? spare : Buffer.allocUnsafeSlow(length + Math.ceil(length / 2));
  let end = 0;
  for (const part of parts) end += part.copy(joined, end);
  return joined.subarray(0, length);
}

function sealOf(members: readonly SpeltMember[]): string {
  // A reader meets the keys in another order then: a number as a key comes first in every object.
  if (members.some(({ key }) => /^\d+$/.test(key))) return crc32(compactTextOf(members));
  return joinMembers(members.map(({ checked }) => checked));
}

/** What the checksum needs of a member that is a list, from what it needs of the list's compact text. */
export function checkList(key: string, checked: CheckedPart): CheckedPart {
  return joinParts([checkPart(`${JSON.stringify(key)}:[`), checked, checkPart("]")]);
}

/** Gives the checksum of a document from what its members are, in the order in which a reader meets them. */
export function joinMembers(members: readonly CheckedPart[]): string {
  const parts = members.flatMap((member, place) => [checkPart(place === 0 ? "{" : ","), member]);
  return showCrc32(joinParts([...parts, checkPart("}")]).crc);
}

function compactTextOf(members: readonly SpeltMember[]): string {
  return JSON.stringify(JSON.parse(`{${members.map(({ bytes }) => Buffer.concat(bytes).toString()).join(",")}}`));
}
