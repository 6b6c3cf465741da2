import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { COMPUTED_IMPORT, hasDefaultExport, readImports } from "./support/source-tokens.js";

/**
 * The rooms of src/ and the rooms that each may enter. A room may also enter what stands below those. Beside the rooms there
 * are two: index.ts, the public API, enters every room, and its own, api/, by any door, so that a call loads only what it
 * needs; cli/ enters index.ts and nothing else.
 */
const ROOMS: Record<string, readonly string[]> = {
  errors: [],
  platform: ["errors"],
  formats: ["platform", "errors"],
  config: ["platform", "formats"],
  "git-head": ["platform"],
  store: ["platform", "formats"],
  tree: ["platform", "formats"],
  checkpoint: ["store", "tree", "git-head", "config"],
  diff: ["store", "tree", "checkpoint"],
  restore: ["diff", "checkpoint"],
  retention: ["checkpoint"],
  health: ["checkpoint", "restore"],
  archive: ["checkpoint"],
  workflow: ["restore", "retention"],
  recovery: ["workflow"],
  session: ["workflow"],
  page: ["recovery", "session"],
  setup: ["config", "tree"],
  api: ["health", "archive", "page", "setup"],
};

const PUBLIC_API = "index.ts";
const MOST_LINES = 300;
const MOST_HEADER_LINES = 8;

/** Source texts by path below src/, with forward slashes. */
type House = Record<string, string>;

describe("the house", () => {
  const house = readHouse();

  test("has files to judge", () => {
    expect(Object.keys(house)).toContain("errors/index.ts");
  });

  test("has only the rooms of the table, each with a door", () => {
    expect(findUnknownPlaces(house)).toEqual([]);
  });

  test("has no arrow that is not in the table, and none past a door", () => {
    expect(findWrongArrows(house)).toEqual([]);
  });

  test("has no import cycles", () => {
    expect(findCycles(house)).toEqual([]);
  });

  test("imports packages and Node's modules by their proper names", () => {
    expect(findWrongPackages(house)).toEqual([]);
  });

  test("opens every room with a short header", () => {
    expect(findMissingHeaders(house)).toEqual([]);
  });

  test("names its files and exports as the style asks, and keeps files short", () => {
    expect(findWrongFiles(house)).toEqual([]);
  });
});

describe("the judge", () => {
  test("finds a room that is not in the table and one without a door", () => {
    expect(findUnknownPlaces({ "attic/index.ts": "", "platform/clock.ts": "", "tool.ts": "" })).toEqual([
      "attic/ is not in the table",
      "platform/ has no index.ts",
      "tool.ts stands outside the rooms",
    ]);
  });

  test.each([
    ["an arrow that points up", "errors/errno.ts", "../platform/index.js", "errors → platform"],
    ["an arrow between neighbours", "tree/scan.ts", "../store/index.js", "tree → store"],
    ["an arrow to the public API", "restore/apply.ts", "../index.js", "restore → index.ts"],
    ["an arrow from the public API to the command line", "index.ts", "./cli/index.js", "index.ts → cli"],
    ["an arrow from the command line into a room", "cli/main.ts", "../errors/index.js", "cli → errors"],
    ["an arrow past a door", "store/index.ts", "../platform/clock.js", "store → platform past its index.ts"],
    ["an arrow past a door of the public API", "index.ts", "./store/layout.js", "index.ts → store past its index.ts"],
    ["an arrow out of src", "cli/version.ts", "../../package.json", "cli → ../package.json"],
  ])("finds %s", (_, path, specifier, arrow) => {
    const forms = [
      `import { a } from "${specifier}";`,
      `import type { A } from '${specifier}';`,
      `import "${specifier}";`,
      `export * from "${specifier}";`,
      `export type { A } from "${specifier}";`,
      `const a = await import(\n  /* later */ "${specifier}"\n);`,
      `type A = import("${specifier}").A;`,
    ];
    expect(forms.flatMap((form) => findWrongArrows({ [path]: form }))).toEqual(forms.map(() => `${path}: ${arrow}`));
  });

  test("allows neighbours of neighbours and the API's own room, but finds an import that nobody can follow", () => {
    expect(findWrongArrows({ "session/watch.ts": `import { a } from "../errors/index.js"; import b from "./watch-loop.js";` })).toEqual([]);
    expect(findWrongArrows({ "index.ts": `await import("./api/running.js");` })).toEqual([]);
    expect(findWrongArrows({ "store/lock.ts": "await import(name);" })).toEqual([`store/lock.ts: store → ${COMPUTED_IMPORT}`]);
  });

  test("finds a cycle once, wherever it is entered", () => {
    const cycle = {
      "tree/a.ts": `import "./b.js";`,
      "tree/b.ts": `export { c } from "./c.js";`,
      "tree/c.ts": `import type { B } from "./b.js";`,
    };
    expect(findCycles(cycle)).toEqual(["tree/b.ts → tree/c.ts → tree/b.ts"]);
  });

  test("finds wrong package names", () => {
    const source = `import { readFile } from "fs/promises"; import { format } from "date-fns"; import { parse } from "date-fns/parse";`;
    expect(findWrongPackages({ "tree/a.ts": source })).toEqual(["tree/a.ts: fs/promises", "tree/a.ts: date-fns"]);
  });

  test("finds missing and overlong headers", () => {
    const long = `/**\n${" * more\n".repeat(7)} */\n`;
    const house = { "tree/index.ts": `import "./a.js";\n/** Late. */`, "store/index.ts": long, "errors/index.ts": "/** Errors: … */\n" };
    expect(findMissingHeaders(house)).toEqual(["tree/index.ts has no header", "store/index.ts has a header of 9 lines"]);
  });

  test("finds wrong files", () => {
    const house = {
      "tree/utils/scan.ts": "",
      "tree/helpers.ts": "",
      "tree/scanTree.ts": "",
      "tree/scan.ts": "export default 1;",
      "tree/rules.ts": `const rules = 1;\nexport { rules as default };`,
      "tree/long.ts": "\n".repeat(301),
      "tree/default.ts": `export const x = { default: "export default" }; // export default`,
    };
    expect(findWrongFiles(house)).toEqual([
      "tree/utils/scan.ts: name the job, not utils",
      "tree/helpers.ts: name the job, not helpers",
      "tree/scanTree.ts: not kebab-case",
      "tree/scan.ts: default export",
      "tree/rules.ts: default export",
      "tree/long.ts: 301 lines",
    ]);
  });
});

describe("the import scanner", () => {
  test.each([
    ["comments", `// import "a"\n/* import "b" */ import /* from "c" */ "d";`, ["d"]],
    ["strings that look like code", `const a = 'import "a"'; const b = "\\" import 'b'"; import "c";`, ["c"]],
    ["strings that look like comments", `const a = "/*"; import "b"; const c = "*/ // ";`, ["b"]],
    ["templates, nested ones too", 'const a = `import "a" ${b(`} ${{ c: "}" }.c}`)} from "d"`; import "e";', ["e"]],
    ["code inside templates", 'const a = `${await import("b")}`;', ["b"]],
    ["regular expressions", `const a = /["'\`/*]/.test(b) ? c / 2 : /\\/\\*/; import "d"; return /"/;`, ["d"]],
    ["divisions", `const a = b / c; import "d"; const e = (f) / 2 / g[0] / h;`, ["d"]],
    ["members and words with the same names", `a.import("b"); Array.from("c"); const from = 1; import.meta.url;`, []],
    ["literal templates and require", 'import(`a`); require("b"); createRequire("c");', ["a", "b"]],
    ["attributes and long lists", `import a, {\n  b as c, // from "x"\n} from "./d.json" with { type: "json" };`, ["./d.json"]],
  ])("sees through %s", (_, source, specifiers) => {
    expect(readImports(source)).toEqual(specifiers);
  });
});

function readHouse(): House {
  const root = fileURLToPath(new URL("../src", import.meta.url));
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) => path.split(sep).join("/"));
  const sources = paths.filter((path) => path.endsWith(".ts") && !path.startsWith("formats/generated/"));
  return Object.fromEntries(sources.map((path) => [path, readFileSync(join(root, path), "utf8")]));
}

function findUnknownPlaces(house: House): string[] {
  const places = [...new Set(Object.keys(house).map(placeOf))].filter((place) => place !== PUBLIC_API);
  return places.flatMap((place) => {
    if (place.endsWith(".ts")) return [`${place} stands outside the rooms`];
    if (!(place in ROOMS) && place !== "cli") return [`${place}/ is not in the table`];
    return `${place}/index.ts` in house ? [] : [`${place}/ has no index.ts`];
  });
}

function findWrongArrows(house: House): string[] {
  return Object.entries(house).flatMap(([path, source]) =>
    readImports(source).flatMap((specifier) => {
      const from = placeOf(path);
      if (specifier === COMPUTED_IMPORT) return [`${path}: ${from} → ${COMPUTED_IMPORT}`];
      const target = resolveImport(path, specifier);
      if (target === undefined || placeOf(target) === from) return [];
      if (!mayEnter(from, placeOf(target))) return [`${path}: ${from} → ${target.startsWith("..") ? target : placeOf(target)}`];
      const isDoor = target === PUBLIC_API || target === `${placeOf(target)}/index.ts`;
      const isOwnRoom = from === PUBLIC_API && placeOf(target) === "api";
      return isDoor || isOwnRoom ? [] : [`${path}: ${from} → ${placeOf(target)} past its index.ts`];
    }),
  );
}

function mayEnter(from: string, to: string): boolean {
  if (from === "cli") return to === PUBLIC_API;
  return to in ROOMS && (from === PUBLIC_API || standsOn(from).has(to));
}

function standsOn(room: string): Set<string> {
  const below = ROOMS[room] ?? [];
  return new Set([...below, ...below.flatMap((lower) => [...standsOn(lower)])]);
}

function findCycles(house: House): string[] {
  const cycles: string[] = [];
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    if (finished.has(path) || trail.includes(path)) return;
    for (const specifier of readImports(house[path] ?? "")) {
      const target = resolveImport(path, specifier);
      if (target !== undefined) visit(target, [...trail, path]);
    }
    finished.add(path);
  };
  for (const path of Object.keys(house)) visit(path, []);
  return cycles;
}

function findWrongPackages(house: House): string[] {
  const isWrong = (specifier: string): boolean => builtinModules.includes(specifier) || specifier === "date-fns";
  return Object.entries(house).flatMap(([path, source]) =>
    readImports(source)
      .filter(isWrong)
      .map((specifier) => `${path}: ${specifier}`),
  );
}

function findMissingHeaders(house: House): string[] {
  const doors = Object.entries(house).filter(([path]) => path === PUBLIC_API || path === `${placeOf(path)}/index.ts`);
  return doors.flatMap(([path, source]) => {
    const header = /^\/\*\*[\s\S]*?\*\//.exec(source)?.[0];
    if (header === undefined) return [`${path} has no header`];
    const lines = header.split("\n").length;
    return lines > MOST_HEADER_LINES ? [`${path} has a header of ${lines} lines`] : [];
  });
}

function findWrongFiles(house: House): string[] {
  return Object.entries(house).flatMap(([path, source]) => {
    const names = path.replace(/\.ts$/, "").split("/");
    const vague = names.find((name) => /^(?:utils?|helpers?|common|misc|shared)$/.test(name));
    const lines = source.split("\n").length - (source.endsWith("\n") ? 1 : 0);
    return [
      ...(vague === undefined ? [] : [`${path}: name the job, not ${vague}`]),
      ...(names.every((name) => /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) ? [] : [`${path}: not kebab-case`]),
      ...(hasDefaultExport(source) ? [`${path}: default export`] : []),
      ...(lines > MOST_LINES ? [`${path}: ${lines} lines`] : []),
    ];
  });
}

/** The room that a file stands in; for a file beside the rooms, the file itself. */
function placeOf(path: string): string {
  return path.split("/", 1)[0] ?? path;
}

/** Gives the path below src/ of what a relative import means, and nothing for a package. */
function resolveImport(path: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix.join(posix.dirname(path), specifier).replace(/\.js$/, ".ts");
}
