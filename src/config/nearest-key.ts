/**
 * Finds the known key that was most likely meant, or null when none is near.
 *
 * A dotted candidate is compared by its last part and in full; among equals one in the same group wins.
 * Case, dashes and underscores make no difference, so that `maxEntries` finds `max_entries`.
 */
export function nearestKey(typed: string, group: string | null, candidates: Iterable<string>): string | null {
  let nearest: string | null = null;
  let least = Infinity;
  for (const candidate of candidates) {
    const spellings = [candidate, candidate.slice(candidate.indexOf(".") + 1)];
    const distance = Math.min(...spellings.map((spelling) => distanceWithin(typed, spelling)));
    const isElsewhere = group === null ? candidate.includes(".") : !candidate.startsWith(`${group}.`);
    const rank = distance + (isElsewhere ? 0.5 : 0);
    if (rank < least) [nearest, least] = [candidate, rank];
  }
  return nearest;
}

/** The edit distance, or Infinity when over a third of the letters would have to change. */
function distanceWithin(typed: string, known: string): number {
  const [from, to] = [typed, known].map((key) => key.toLowerCase().replace(/[-_ ]/g, "")) as [string, string];
  const most = Math.max(1, Math.floor(to.length / 3));
  if (Math.abs(from.length - to.length) > most) return Infinity;
  const distance = editDistance(from, to);
  return distance <= most ? distance : Infinity;
}

/** Levenshtein's distance: how many letters to insert, drop or replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] as number) + (from[line - 1] === to[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] as number) + 1, (next[column - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
