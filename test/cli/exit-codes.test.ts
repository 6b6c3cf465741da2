import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EXIT } from "../../src/index.js";

const root = new URL("../../", import.meta.url);
const document = readFileSync(new URL("docs/cli.md", root), "utf8");

/** The cells of the table below a heading of docs/cli.md, without its head. */
function tableBelow(heading: string): string[][] {
  const section = document.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

interface ErrorClass {
  name: string;
  code: string;
  exits: number[];
}

/** Reads code and exit statuses of every error class off its source, so that none needs made-up arguments. */
function scanErrorClasses(): ErrorClass[] {
  const folder = new URL("src/errors/", root);
  const sources = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"));
  return sources.flatMap((source) =>
    source
      .split(/^(?=export class )/m)
      .slice(1)
      .map(readErrorClass),
  );
}

function readErrorClass(source: string): ErrorClass {
  const [, name = "", base] = /^export class (\w+) extends (\w+)/.exec(source) ?? [];
  const code = /code: "(\w+)"/.exec(source)?.[1] ?? /super\(\s*"(\w+)"/.exec(source)?.[1] ?? "";
  const statuses = base === "ProtectionError" ? "EXIT.refused" : (/exitStatus: ([^,\n]+)/.exec(source)?.[1] ?? "");
  const exits = [...statuses.matchAll(/EXIT\.(\w+)/g)].map(([, key]) => EXIT[key as keyof typeof EXIT]);
  return { name, code, exits: exits.sort((one, other) => one - other) };
}

const classes = scanErrorClasses();

test("the scan finds code and exit status of every error class", () => {
  expect(classes.length).toBeGreaterThan(20);
  expect(classes.filter(({ code, exits }) => code === "" || exits.length === 0 || exits.includes(undefined as never))).toEqual([]);
});

test("no two classes share a code", () => {
  expect(new Set(classes.map(({ code }) => code)).size).toBe(classes.length);
});

describe("docs/cli.md", () => {
  test("names every exit status, and no other", () => {
    const documented = tableBelow("Exit statuses").map(([exit]) => Number(exit));
    expect(documented).toEqual(Object.values(EXIT).sort((one, other) => one - other));
  });

  test("names every error code with its exit status, and no other", () => {
    const documented = Object.fromEntries(tableBelow("Error codes").map(([code = "", exit = ""]) => [code, exit] as const));
    const actual = Object.fromEntries(classes.map(({ code, exits }) => [`\`${code}\``, exits.join("/")]));
    expect(documented).toEqual(actual);
  });

  test("orders the error codes by exit status", () => {
    const exits = tableBelow("Error codes").map(([, exit]) => Number.parseInt(exit ?? "", 10));
    expect(exits).toEqual([...exits].sort((one, other) => one - other));
  });
});
