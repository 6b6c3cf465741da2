import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from "yaml";
import { ConfigInvalidError, messageOf } from "../errors/index.js";
import type { InvalidFile } from "./invalid-file.js";
import type { SettingPath } from "./setting-kinds.js";

/** A place in a text file, both counted from 1. */
export interface Position {
  line: number;
  column: number;
}

/** A configuration file's content, and where each part of it stands. */
export interface ConfigText {
  /** Undefined for a file without content. */
  value: unknown;
  positionOf: (path: SettingPath, at: "key" | "value") => Position | null;
}

const QUOTING_ADVICE = "; put quotes around a text that begins with a special character, like '*.log' or '!keep'";

/** A parsed file with all that it takes to name places in it. */
interface Source {
  path: string;
  text: string;
  document: Document;
  lineCounter: LineCounter;
  invalid: InvalidFile;
}

/**
 * Parses a configuration file, as JSON when its name says so, else as YAML.
 * @throws ConfigInvalidError with the position of what is not well-formed, a key that stands twice, or an alias.
 */
export function parseConfigText(text: string, path: string, invalid: InvalidFile = ConfigInvalidError): ConfigText {
  if (text.trim() === "") return { value: undefined, positionOf: () => null };
  const isJson = path.endsWith(".json");
  const json = isJson ? parseJson(text, path, invalid) : undefined;
  // Nearly every JSON text is YAML too, and only this parser knows positions and sees keys that stand twice.
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: "error" });
  const source: Source = { path, text, document, lineCounter, invalid };
  if (isJson) assertKeysStandOnce(source);
  else assertWellFormed(source);
  return {
    value: isJson ? json : isEmptyNode(document.contents) ? undefined : document.toJS(),
    positionOf: (settingPath, at) => (document.errors.length > 0 ? null : findPosition(source, settingPath, at)),
  };
}

/** Makes the error for a problem at a place, which is named the way editors and terminals can open. */
export function invalidAt(
  path: string,
  position: Position | null,
  message: string,
  { invalid = ConfigInvalidError, ...details }: { invalid?: InvalidFile; [key: string]: unknown } = {},
): Error {
  const place = position === null ? path : `${path}:${position.line}:${position.column}`;
  const found = { line: position?.line ?? null, column: position?.column ?? null };
  return new invalid(place, message, { path, problems: [{ ...found, message }], ...details });
}

function parseJson(text: string, path: string, invalid: InvalidFile): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const offset = / at position (\d+)/.exec(messageOf(error))?.[1];
    const before = offset === undefined ? undefined : text.slice(0, Number(offset)).split("\n");
    const position = before === undefined ? null : { line: before.length, column: (before.at(-1) as string).length + 1 };
    throw invalidAt(path, position, `is not JSON: ${messageOf(error)}`, { invalid });
  }
}

function assertKeysStandOnce(source: Source): void {
  const duplicate = source.document.errors.find((error) => error.code === "DUPLICATE_KEY");
  if (duplicate !== undefined)
    throw invalidAt(source.path, positionAt(source, duplicate.pos[0]), "a key stands twice in one map", { invalid: source.invalid });
}

/** Warnings count as errors, and aliases are refused: unquoted, `!keep` is a tag with an empty text and `*.log` an alias. */
function assertWellFormed(source: Source): void {
  const { document, invalid, path } = source;
  assertKeysStandOnce(source);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const message = `is not usable YAML: ${problem.message.split("; please")[0]}${quotingAdvice(source, problem.pos[0])}`;
    throw invalidAt(path, positionAt(source, problem.pos[0]), message, { invalid });
  }
  visit(document, {
    Alias(_, alias) {
      const advice = alias.resolve(document) === undefined ? QUOTING_ADVICE : "";
      throw invalidAt(path, positionAt(source, alias.range?.[0] ?? 0), `aliases are not supported${advice}`, { invalid });
    },
  });
}

/** Patterns such as `*.log`, `!keep` and `[ab].txt` mean something else to YAML when they stand without quotes. */
function quotingAdvice({ text }: Source, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1).split("\n", 1)[0] as string;
  const hasBarePattern = /^\s*(?:-|[\w$]+:)[^#"']*[*!&[{@`%|>]/.test(line);
  return hasBarePattern ? QUOTING_ADVICE : "";
}

function findPosition(source: Source, path: SettingPath, at: "key" | "value"): Position | null {
  let key: unknown = null;
  let value: unknown = source.document.contents;
  for (const part of path) {
    if (isMap(value)) {
      const pair = value.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === part);
      [key, value] = [pair?.key, pair?.value];
    } else if (isSeq(value)) [key, value] = [null, value.items[Number(part)]];
    else break;
  }
  // An empty value has no place of its own; its key is what a reader looks for.
  const isKeyMeant = at === "key" || (isEmptyNode(value) && isNode(key));
  const node = isKeyMeant ? key : value;
  const offset = isNode(node) ? node.range?.[0] : undefined;
  return offset === undefined ? null : positionAt(source, offset);
}

/** True where nothing is written, which YAML takes for null; false for a written `null`. */
function isEmptyNode(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null && (node.source ?? "") === "");
}

function positionAt({ lineCounter }: Source, offset: number): Position {
  const { line, col } = lineCounter.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
