const ASSIGNMENTS = /^\s*(?:[A-Z_]+=\S* +)+/;

/** The words behind each `stepback` of a shell line. */
export function commandLinesIn(line: string): string[][] {
  const substituted: string[] = [];
  const outer = line
    .replace(/(?:^|\s)# .*$/, "")
    .replace(/[$<]\(([^()]*)\)/g, (_all, inner: string) => `substituted-${substituted.push(inner)}`);
  return [outer, ...substituted]
    .flatMap((part) => part.split(/\|\||&&|[|;]/))
    .map((part) => wordsOf(part.replace(/\d?>{1,2} ?\S+/g, "").replace(ASSIGNMENTS, "")))
    .filter((words) => words[0] === "stepback")
    .map((words) => words.slice(1));
}

/** Splits a line as a shell does that expands nothing; what stands behind `#` is a comment. */
export function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word);
  const end = words.findIndex((word) => word.startsWith("#"));
  return (end < 0 ? words : words.slice(0, end)).map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}
