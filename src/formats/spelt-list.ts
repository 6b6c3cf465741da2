import { checkPart, joinPair, type CheckedPart } from "../platform/index.js";

const BETWEEN = ",\n    ";
const COMMA = checkPart(",");
const NOTHING = checkPart("");

/** A row as it stands in a file, and what the checksum needs of it. */
export interface SpeltRow {
  bytes: Buffer;
  checked: CheckedPart;
}

/**
 * The rows of a list, a line for each, in a file that is written again and again, mostly with one more row than the last time: what stands
 * at its beginning as it did then is neither spelt nor checked again. Rows never change, only others take their place.
 */
export class SpeltList<Row extends object> {
  readonly #format: (row: Row) => object;
  readonly #known = new WeakMap<Row, SpeltRow>();
  #rows: Row[] = [];
  /** The text of the rows one after the other, and how far each of them reaches in it. */
  #bytes = Buffer.alloc(0);
  #ends: number[] = [];
  /** Of the compact list up to each row. */
  #checked: CheckedPart[] = [];

  constructor(format: (row: Row) => object) {
    this.#format = format;
  }

  /** Takes over how rows stand in a file. They are frozen, because what changed in one of them would not be written. */
  learn(rows: readonly Row[], spelt: readonly SpeltRow[]): void {
    spelt.forEach((known, place) => this.#known.set(Object.freeze(rows[place] as Row), known));
  }

  /** Gives the lines of the rows, which hold until the next call, and what the checksum needs of them. */
  spell(rows: readonly Row[]): { bytes: Buffer; checked: CheckedPart } {
    let same = 0;
    while (same < rows.length && rows[same] === this.#rows[same]) same += 1;
    this.#rows.length = this.#ends.length = this.#checked.length = same;
    for (const row of rows.slice(same)) this.#append(row);
    return { bytes: this.#bytes.subarray(0, this.#ends.at(-1) ?? 0), checked: this.#checked.at(-1) ?? NOTHING };
  }

  #append(row: Row): void {
    const { bytes, checked } = this.#spellingOf(row);
    const before = this.#checked.at(-1);
    const start = this.#ends.at(-1) ?? 0;
    const gap = before === undefined ? 0 : BETWEEN.length;
    const end = start + gap + bytes.length;
    if (end > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes.subarray(0, start)], end + Math.ceil(end / 2));
    if (gap > 0) this.#bytes.write(BETWEEN, start);
    bytes.copy(this.#bytes, start + gap);
    this.#rows.push(row);
    this.#ends.push(end);
    this.#checked.push(before === undefined ? checked : joinPair(joinPair(before, COMMA), checked));
  }

  #spellingOf(row: Row): SpeltRow {
    const known = this.#known.get(row);
    if (known !== undefined) return known;
    const text = JSON.stringify(this.#format(row));
    const made = { bytes: Buffer.from(text), checked: checkPart(text) };
    this.#known.set(row, made);
    return made;
  }
}
