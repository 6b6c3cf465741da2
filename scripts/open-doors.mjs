/**
 * Leads every import of a room's door (`index.ts`) on to the file that defines the name.
 *
 * The doors keep the rooms apart in the source. A bundler that splits code keeps all that a door names in one chunk, so that
 * `stepback list` would load the code of every command.
 */
import { readFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";

const FROM_DOOR = /^(import|export) (type )?\{([^}]*)\} from "(\.[^"]*\/index\.js|\.\/index\.js)";$/gm;
const REEXPORT = /^export (type )?(?:\*|\{([^}]*)\}) from "(\.[^"]+)";$/gm;
const OWN_EXPORT = /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|const|let|interface|type|enum) ([A-Za-z_$][\w$]*)/gm;

/** Gives a function that rewrites the text of a file at a path. */
export function makeDoorOpener() {
  const doors = new Map();
  return (path, text) => text.replaceAll(FROM_DOOR, (...match) => rewrite(path, match, doors));
}

function rewrite(path, [statement, verb, typeOnly, names, specifier], doors) {
  if (typeOnly) return statement;
  return names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && !name.startsWith("type "))
    .map((name) => {
      const [original, alias = original] = name.split(" as ");
      const found = findDefinition(resolve(dirname(path), toSource(specifier)), original, doors);
      return `${verb} { ${found.name} as ${alias} } from ${JSON.stringify(toSpecifier(path, found.path))};`;
    })
    .join(" ");
}

/** Follows a name from file to file until the one that defines it. */
function findDefinition(path, name, doors) {
  const { own, named, stars } = readExports(path, doors);
  if (own.has(name)) return { path, name };
  const direct = named.get(name);
  if (direct !== undefined) return findDefinition(direct.path, direct.name, doors);
  for (const star of stars) {
    const found = findDefinition(star, name, doors);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readExports(path, doors) {
  const known = doors.get(path);
  if (known !== undefined) return known;
  const source = readFileSync(path, "utf8");
  const exported = { own: new Set([...source.matchAll(OWN_EXPORT)].map(([, name]) => name)), named: new Map(), stars: [] };
  for (const [, , names, specifier] of source.matchAll(REEXPORT)) {
    const target = resolve(dirname(path), toSource(specifier));
    if (names === undefined) exported.stars.push(target);
    for (const name of (names ?? "").split(",").map((text) => text.trim().replace(/^type /, ""))) {
      const [original, alias = original] = name.split(" as ");
      if (original !== "") exported.named.set(alias, { path: target, name: original });
    }
  }
  doors.set(path, exported);
  return exported;
}

function toSource(specifier) {
  return specifier.replace(/\.js$/, ".ts");
}

function toSpecifier(fromPath, toPath) {
  const path = relative(dirname(fromPath), toPath).split(sep).join("/").replace(/\.ts$/, ".js");
  return path.startsWith(".") ? path : `./${path}`;
}
