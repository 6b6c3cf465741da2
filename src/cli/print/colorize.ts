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

/** Colours the lines of a patch as git does. */
export function colorizePatch(text: string): string {
  const { bold, cyan, green, red } = picocolors.createColors(true);
  let isHeader = false;
  const paint = (line: string): string => {
    if (line.startsWith("diff --git ")) isHeader = true;
    else if (line.startsWith("@@ ")) isHeader = false;
    if (line === "") return line;
    if (isHeader) return bold(line);
    if (line.startsWith("@@ ")) return cyan(line);
    if (line.startsWith("+")) return green(line);
    return line.startsWith("-") ? red(line) : line;
  };
  return text.split("\n").map(paint).join("\n");
}
