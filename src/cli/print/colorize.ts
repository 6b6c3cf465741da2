import picocolors from "picocolors";

const SYMBOLS = /^(\s*(?:Status: |Result: )?)([✓✗⚠!–…]|warning:)(?= )/gm;
const IDS = /\bcheckpoint-\d{8}-\d{6}-[a-z0-9_]+(?:-\d+)?\b/g;

/** Colours the symbols at the start of lines, and the ids; texts themselves are printed the same with and without colours. */
export function colorize(text: string): string {
  const colors = picocolors.createColors(true);
  const paint: Readonly<Record<string, (symbol: string) => string>> = {
    "✓": colors.green,
    "✗": colors.red,
    "⚠": colors.yellow,
    "!": colors.yellow,
    "warning:": colors.yellow,
  };
  return text
    .replace(SYMBOLS, (_line, lead: string, symbol: string) => lead + (paint[symbol] ?? colors.dim)(symbol))
    .replace(IDS, (id) => colors.cyan(id));
}
