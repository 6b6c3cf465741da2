/** What the architecture test reads of a source file: its words, strings and signs, without comments and white space. */
export interface Token {
  kind: "word" | "string" | "sign";
  text: string;
}

const SPACE_OR_COMMENT = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const STRING = /"((?:[^"\\\n]|\\[\s\S])*)"|'((?:[^'\\\n]|\\[\s\S])*)'/y;
const TEMPLATE_PIECE = /((?:[^`\\$]|\\[\s\S]|\$(?!\{))*)(`|\$\{)/y;
const REGULAR_EXPRESSION = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const WORD = /[\w$#\u0080-\uffff]+/y;

/** After one of these, or after a sign that ends no value, a slash opens a regular expression. */
const BEFORE_A_VALUE = new Set("return typeof case in of do else void delete instanceof new await yield throw extends".split(" "));

export function readTokens(source: string): Token[] {
  const tokens: Token[] = [];
  const openBraces: ("block" | "template")[] = [];
  let at = 0;

  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const takeTemplatePiece = (isFirst: boolean): void => {
    const piece = take(TEMPLATE_PIECE);
    if (piece === null) throw new Error("A template literal has no end.");
    const isWhole = isFirst && piece[2] === "`";
    tokens.push(isWhole ? { kind: "string", text: piece[1] ?? "" } : { kind: "sign", text: "`" });
    if (piece[2] === "${") openBraces.push("template");
  };

  while (at < source.length) {
    if (take(SPACE_OR_COMMENT) !== null) continue;
    const string = take(STRING);
    if (string !== null) {
      tokens.push({ kind: "string", text: string[1] ?? string[2] ?? "" });
      continue;
    }
    if (startsValue(tokens.at(-1)) && take(REGULAR_EXPRESSION) !== null) {
      tokens.push({ kind: "string", text: "" });
      continue;
    }
    const word = take(WORD);
    if (word !== null) {
      tokens.push({ kind: "word", text: word[0] });
      continue;
    }
    const sign = source.charAt(at++);
    if (sign === "`") {
      takeTemplatePiece(true);
    } else if (sign === "}" && openBraces.pop() === "template") {
      takeTemplatePiece(false);
    } else {
      if (sign === "{") openBraces.push("block");
      tokens.push({ kind: "sign", text: sign });
    }
  }
  return tokens;
}

function startsValue(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === "word") return BEFORE_A_VALUE.has(before.text);
  return before.kind === "sign" && !")]}`".includes(before.text);
}

/** Stands for what `import(…)` is given when that is not a literal, and nobody can tell what it loads. */
export const COMPUTED_IMPORT = "(computed)";

/** Gives the module names of imports, type imports, re-exports, dynamic imports and `require`, in order of appearance. */
export function readImports(source: string): string[] {
  const tokens = readTokens(source);
  return tokens.flatMap((token, index) => {
    if (token.kind !== "word" || tokens[index - 1]?.text === ".") return [];
    const [next, afterNext] = [tokens[index + 1], tokens[index + 2]];
    if ((token.text === "from" || token.text === "import") && next?.kind === "string") return [next.text];
    const isCall = (token.text === "import" || token.text === "require") && next?.text === "(";
    if (!isCall || (token.text === "require" && afterNext?.kind !== "string")) return [];
    return [afterNext?.kind === "string" ? afterNext.text : COMPUTED_IMPORT];
  });
}

export function hasDefaultExport(source: string): boolean {
  const tokens = readTokens(source);
  return tokens.some((token, index) => {
    const before = tokens[index - 1];
    return (
      token.kind === "word" && token.text === "default" && before?.kind === "word" && (before.text === "export" || before.text === "as")
    );
  });
}
