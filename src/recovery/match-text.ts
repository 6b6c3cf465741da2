/**
 * Tells whether a pattern stands somewhere in a text; `*` is for anything, and case makes no difference.
 *
 * Each part is searched once, from where the one before ended, so the time grows with the text and never explodes.
 */
export function matchesText(text: string, pattern: string): boolean {
  const lower = text.toLowerCase();
  let from = 0;
  for (const part of pattern.toLowerCase().split("*")) {
    const at = lower.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}
