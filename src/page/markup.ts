/** A piece of a page; whatever else stands in a template is text and is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Piece = string | number | Html | null | readonly Piece[];

/** Puts a piece of a page together: every text in it, also in an attribute in quotes, is text and nothing else; null is nothing. */
export function markup(fixed: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(fixed.map((text, at) => (at === 0 ? text : textOf(pieces[at - 1] as Piece) + text)).join(""));
}

/** A text as somebody else gave it: with its own direction of writing, what cannot be seen made visible, and cut where it is too long. */
export function shown(text: string, most = MOST_SIGNS): Html {
  const isCut = text.length > most;
  // A pair of surrogates is not cut in two.
  const kept = isCut ? text.slice(0, most).replace(/[\ud800-\udbff]$/, "") : text;
  const marked = kept.replace(SPECIAL, (sign) => ENTITIES[sign] ?? `<span class="sign">${signText(sign)}</span>`);
  return new Html(`<bdi>${marked}</bdi>${isCut ? "…" : ""}`);
}

/** The same for a text of several lines, which stay lines. */
export function shownLines(text: string, most: { signs: number; lines: number }): Html {
  const lines = text.slice(0, most.signs).split(/\r?\n/);
  const isCut = text.length > most.signs || lines.length > most.lines;
  return new Html(
    lines
      .slice(0, most.lines)
      .map((line) => shown(line).text)
      .join("<br>") + (isCut ? "…" : ""),
  );
}

const MOST_SIGNS = 300;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * What means something in HTML, and what nobody sees: control characters, those that turn the direction of writing around or have no
 * width, stray bytes. The two joiners stay, because emoji and some scripts are written with them.
 */
const SPECIAL = /[&<>"']|(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

function textOf(piece: Piece): string {
  if (piece === null) return "";
  if (typeof piece === "string") return piece.replace(SPECIAL, (sign) => ENTITIES[sign] ?? signText(sign));
  if (typeof piece === "number") return String(piece);
  return piece instanceof Html ? piece.text : piece.map(textOf).join("");
}

/** As texts are printed elsewhere: stray bytes of a name are held as single surrogates. */
function signText(sign: string): string {
  const code = sign.codePointAt(0) as number;
  if (sign === "\n") return "\\n";
  if (sign === "\t") return "\\t";
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  if (code > 0xffff) return `\\u{${code.toString(16)}}`;
  return code > 0xff ? `\\u${code.toString(16).padStart(4, "0")}` : `\\x${code.toString(16).padStart(2, "0")}`;
}
