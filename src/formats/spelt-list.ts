import { checkPart, extendPart, type CheckedPart } from "../platform/index.js";

const BETWEEN = ",\n    ";
const COMMA = Buffer.from(",");
const NOTHING = checkPart("");

/** Rows of a list as they stand one after the other in a file, and what the checksum needs of their compact text. */
export interface SpeltRows {
  bytes: Buffer;
  /** How far each row reaches in the bytes. */
  ends: number[];
  checked: CheckedPart;
}

/** One of them. */
export function rowOf({ bytes, ends }: SpeltRows, place: number): Buffer {
  return bytes.subarray(place === 0 ? 0 : (ends[place - 1] as number) + BETWEEN.length, ends[place]);
}

/**
 * The rows of a list, a line for each, in a file that is written again and again, mostly with one more row than the last time: what stands
 * at its beginning as it did then is neither spelt nor checked again. Rows never change, only others take their place.
 */
export class SpeltList<Row extends object> {
  readonly #format: (row: Row) => object;
  readonly #known = new WeakMap<Row, Buffer>();
  /** Rows of a file that was read, which come first as long as they are as they were there; nothing is written to its memory. */
  #read: { rows: Row[]; spelt: SpeltRows } | null = null;
  /** The rows behind those, their text one after the other, how far each of them reaches in it, and the checksum of the list up to each. */
  #rows: Row[] = [];
  #bytes = Buffer.alloc(0);
  #ends: number[] = [];
  #checked: CheckedPart[] = [];

  constructor(format: (row: Row) => object) {
    this.#format = format;
  }

  /** Takes over how rows stand in a file. They are frozen, because what changed in one of them would not be written. */
  learn(rows: readonly Row[], spelt: SpeltRows): void {
    if (this.#read !== null) this.#takeApart(this.#read);
    this.#read = { rows: rows.map((row) => Object.freeze(row)), spelt };
    this.#keep(0);
  }

  /** Gives the lines of the rows in pieces, which hold until the next call, and what the checksum needs of them. */
  spell(rows: readonly Row[]): { bytes: Buffer[]; checked: CheckedPart } {
    if (this.#read !== null && countSame(rows, this.#read.rows) < this.#read.rows.length) this.#takeApart(this.#read);
    const readCount = this.#read?.rows.length ?? 0;
    const others = rows.slice(readCount);
    this.#keep(countSame(others, this.#rows));
    for (const row of others.slice(this.#rows.length)) this.#append(row);
    const own = this.#bytes.subarray(0, this.#ends.at(-1) ?? 0);
    return {
      bytes: this.#read === null ? [own] : [this.#read.spelt.bytes, own],
      checked: this.#checked.at(-1) ?? this.#read?.spelt.checked ?? NOTHING,
    };
  }

  /** From then on the rows that were read are like all others. */
  #takeApart({ rows, spelt }: { rows: Row[]; spelt: SpeltRows }): void {
    rows.forEach((row, place) => this.#known.set(row, rowOf(spelt, place)));
    this.#read = null;
    this.#keep(0);
  }

  #keep(count: number): void {
    this.#rows.length = this.#ends.length = this.#checked.length = count;
  }

  #append(row: Row): void {
    const bytes = this.#spellingOf(row);
    const before = this.#checked.at(-1) ?? this.#read?.spelt.checked;
    const gap = before === undefined ? "" : BETWEEN;
    const start = this.#ends.at(-1) ?? 0;
    const end = start + gap.length + bytes.length;
    if (end > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes.subarray(0, start)], end + Math.ceil(end / 2));
    this.#bytes.write(gap, start);
    bytes.copy(this.#bytes, start + gap.length);
    this.#rows.push(row);
    this.#ends.push(end);
    this.#checked.push(extendPart(before === undefined ? NOTHING : extendPart(before, COMMA), bytes));
  }

  #spellingOf(row: Row): Buffer {
    const known = this.#known.get(row);
    if (known !== undefined) return known;
    const made = Buffer.from(JSON.stringify(this.#format(row)));
    this.#known.set(row, made);
    return made;
  }
}

function countSame(rows: readonly object[], others: readonly object[]): number {
  let same = 0;
  while (same < rows.length && rows[same] === others[same]) same += 1;
  return same;
}
