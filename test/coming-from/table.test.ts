import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const DOCUMENT = readFileSync(new URL("../../docs/workflows.md", import.meta.url), "utf8");

const TABLES: readonly [heading: string, file: string][] = [
  ["Coming from task-and-stage checkpoints in git tags", "a"],
  ["Coming from a session checkpoint manager in git commits", "b"],
  ["Coming from the resume of an agent pipeline", "c"],
  ["Coming from step checkpoints of an OpenSpec workflow", "d"],
  ["Coming from the session guide of a workflow command line", "e"],
];

/** The cells of the table below a heading, without its head. */
function rowsBelow(heading: string): string[][] {
  const section = DOCUMENT.split(`\n### ${heading}\n`)[1]?.split(/\n##/)[0] ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("\\|", "|")),
  );
}

function titlesIn(file: string): string[] {
  const text = readFileSync(new URL(`${file}.test.ts`, import.meta.url), "utf8");
  expect(text, "every row is tested").not.toMatch(/\b(?:test|describe)\.(?:skip|todo|only)\b/);
  return [...text.matchAll(/^(?:test\(|testWith\(\[[^\]]*\], )"((?:[^"\\]|\\.)*)"/gm)].map(([, title = ""]) => title);
}

test.each(TABLES)("the table '%s' and its tests have the same rows", (heading, file) => {
  const rows = rowsBelow(heading);
  expect(rows.map(([name]) => name)).toEqual(titlesIn(file));
  expect(rows.length).toBeGreaterThan(20);
  for (const row of rows) {
    expect(row, row[0]).toHaveLength(4);
    expect(row.filter((cell) => cell === "")).toEqual([]);
  }
});
