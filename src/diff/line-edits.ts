import type { Slice } from "../platform/index.js";

/** Lines from `oldAt` on that are replaced by lines from `newAt` on, all in numbers of lines from 0. */
export interface Edit {
  oldAt: number;
  oldCount: number;
  newAt: number;
  newCount: number;
}

/** The search for the fewest edits takes the square of their number; up to here it ends within the time for which the event loop may be held. */
const MOST_EDITS = 600;
/** Lines that stand once on either side part a long text; parts of parts are rarely worth it. */
const MOST_DEPTH = 8;

type Lines = readonly number[];
type DiffArrays = (typeof import("diff"))["diffArrays"];

/**
 * Finds the edits that turn old lines into new ones. The result is the same on every machine: what stops a long search is its length, not
 * the time. Then lines that are unique on both sides part the text, and a part without any is replaced as a whole.
 */
export async function findLineEdits(oldLines: readonly string[], newLines: readonly string[], slice: Slice): Promise<Edit[]> {
  const { diffArrays } = await import("diff");
  const numbers = new Map<string, number>();
  const numberOf = (line: string): number => {
    const known = numbers.get(line) ?? numbers.size;
    numbers.set(line, known);
    return known;
  };
  const finder = new EditFinder(oldLines.map(numberOf), newLines.map(numberOf), { diffArrays, slice });
  await finder.compare({ oldAt: 0, oldCount: oldLines.length, newAt: 0, newCount: newLines.length }, 0);
  return finder.edits;
}

class EditFinder {
  /** In order, with at least one equal line between any two. */
  readonly edits: Edit[] = [];
  readonly #old: Lines;
  readonly #new: Lines;
  readonly #diffArrays: DiffArrays;
  readonly #slice: Slice;

  constructor(oldLines: Lines, newLines: Lines, tools: { diffArrays: DiffArrays; slice: Slice }) {
    this.#old = oldLines;
    this.#new = newLines;
    this.#diffArrays = tools.diffArrays;
    this.#slice = tools.slice;
  }

  async compare(part: Edit, depth: number): Promise<void> {
    const { oldAt, oldCount, newAt, newCount } = this.#trim(part);
    if (oldCount === 0 && newCount === 0) return;
    if (oldCount === 0 || newCount === 0) return this.#add({ oldAt, oldCount, newAt, newCount });
    if (this.#slice.isOver(true)) await this.#slice.rest();
    const found = this.#diffArrays(this.#old.slice(oldAt, oldAt + oldCount), this.#new.slice(newAt, newAt + newCount), {
      maxEditLength: MOST_EDITS,
    });
    if (found !== undefined) return this.#addFound(found, oldAt, newAt);
    const parts = depth < MOST_DEPTH ? this.#partAtAnchors({ oldAt, oldCount, newAt, newCount }) : [];
    if (parts.length < 2) return this.#add({ oldAt, oldCount, newAt, newCount });
    for (const one of parts) await this.compare(one, depth + 1);
  }

  #trim({ oldAt, oldCount, newAt, newCount }: Edit): Edit {
    let start = 0;
    const most = Math.min(oldCount, newCount);
    while (start < most && this.#old[oldAt + start] === this.#new[newAt + start]) start += 1;
    let end = 0;
    while (end < most - start && this.#old[oldAt + oldCount - 1 - end] === this.#new[newAt + newCount - 1 - end]) end += 1;
    return { oldAt: oldAt + start, oldCount: oldCount - start - end, newAt: newAt + start, newCount: newCount - start - end };
  }

  #addFound(found: readonly { count: number; added: boolean; removed: boolean }[], oldStart: number, newStart: number): void {
    let oldAt = oldStart;
    let newAt = newStart;
    for (const { count, added, removed } of found) {
      if (removed) this.#add({ oldAt, oldCount: count, newAt, newCount: 0 });
      else if (added) this.#add({ oldAt, oldCount: 0, newAt, newCount: count });
      if (!added) oldAt += count;
      if (!removed) newAt += count;
    }
  }

  /** Edits that touch are one. */
  #add(edit: Edit): void {
    const last = this.edits.at(-1);
    if (last !== undefined && last.oldAt + last.oldCount === edit.oldAt && last.newAt + last.newCount === edit.newAt) {
      last.oldCount += edit.oldCount;
      last.newCount += edit.newCount;
    } else this.edits.push({ ...edit });
  }

  /** Parts at the longest run of lines that stand once on either side, in the same order on both (patience diff). */
  #partAtAnchors(part: Edit): Edit[] {
    const parts: Edit[] = [];
    let { oldAt, newAt } = part;
    for (const anchor of longestRise(this.#findAnchors(part))) {
      parts.push({ oldAt, oldCount: anchor.oldAt - oldAt, newAt, newCount: anchor.newAt - newAt });
      ({ oldAt, newAt } = anchor);
    }
    parts.push({ oldAt, oldCount: part.oldAt + part.oldCount - oldAt, newAt, newCount: part.newAt + part.newCount - newAt });
    return parts;
  }

  /** In order of the old lines. */
  #findAnchors({ oldAt, oldCount, newAt, newCount }: Edit): Anchor[] {
    const oldPlaces = uniquePlaces(this.#old, oldAt, oldCount);
    const newPlaces = uniquePlaces(this.#new, newAt, newCount);
    const anchors: Anchor[] = [];
    for (const [line, place] of oldPlaces) {
      const other = newPlaces.get(line);
      if (place !== undefined && other !== undefined) anchors.push({ oldAt: place, newAt: other });
    }
    return anchors;
  }
}

interface Anchor {
  oldAt: number;
  newAt: number;
}

/** The place of each line, undefined where it stands more than once. */
function uniquePlaces(lines: Lines, at: number, count: number): Map<number, number | undefined> {
  const places = new Map<number, number | undefined>();
  for (let place = at; place < at + count; place += 1) {
    const line = lines[place] as number;
    places.set(line, places.has(line) ? undefined : place);
  }
  return places;
}

/** The longest run of anchors that rises on the new side too (patience sorting). */
function longestRise(anchors: readonly Anchor[]): Anchor[] {
  const ends: number[] = [];
  const previous: number[] = [];
  anchors.forEach(({ newAt }, index) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((anchors[ends[middle] as number] as Anchor).newAt < newAt) low = middle + 1;
      else high = middle;
    }
    previous[index] = low === 0 ? -1 : (ends[low - 1] as number);
    ends[low] = index;
  });
  const rise: Anchor[] = [];
  for (let index = ends.at(-1) ?? -1; index >= 0; index = previous[index] as number) rise.push(anchors[index] as Anchor);
  return rise.reverse();
}
