import { FAILURE_KINDS, type FailureKind, type RecoveryRule } from "../formats/index.js";
import { judge, readList, type Fault, type Kind } from "./setting-kinds.js";

const KEYS: ReadonlySet<string> = new Set(["code", "match", "error"]);
const MAX_RULES = 100;
const MAX_MATCH = 500;

/** The rules that tell the kind of an error; in a text as JSON. */
export const RECOVERY_RULES: Kind<RecoveryRule[]> = {
  read: (raw) => {
    if (Array.isArray(raw) && raw.length > MAX_RULES) return { path: [], expected: `a list of at most ${MAX_RULES} rules` };
    return readList(raw, "a list of rules", readRule);
  },
  fromText: (text) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  },
  toText: (rules) =>
    JSON.stringify(
      rules.map(({ code, match, error }) => ({ ...(code === null ? {} : { code }), ...(match === null ? {} : { match }), error })),
    ),
};

function readRule(raw: unknown): { value: RecoveryRule } | Fault {
  const expected = "a rule: code or match (or both), and error";
  if (typeof raw !== "object" || raw === null || Object.getPrototypeOf(raw) !== Object.prototype) return { path: [], expected };
  const rule = raw as Record<string, unknown>;
  const unknown = Object.keys(rule).find((key) => !KEYS.has(key));
  if (unknown !== undefined) return { path: [unknown], expected: "left out; the keys of a rule are code, match and error" };
  if (!("code" in rule) && !("match" in rule)) return { path: [], expected };
  const code = "code" in rule ? readCode(rule["code"]) : { value: null };
  const match = "match" in rule ? readMatch(rule["match"]) : { value: null };
  const error = readFailureKind(rule["error"]);
  for (const [key, read] of Object.entries({ code, match, error })) if (!("value" in read)) return { ...read, path: [key] };
  return { value: { code: valueOf(code), match: valueOf(match), error: valueOf(error) } };
}

function readCode(raw: unknown): { value: string } | Fault {
  const text = Number.isSafeInteger(raw) ? String(raw) : raw;
  return judge(typeof text === "string" && text !== "" ? text : undefined, "the code of an error, a text or a whole number");
}

function readMatch(raw: unknown): { value: string } | Fault {
  const isText = typeof raw === "string" && raw !== "" && raw.length <= MAX_MATCH;
  return judge(isText ? raw : undefined, `a text of at most ${MAX_MATCH} characters, in which * is for anything`);
}

function readFailureKind(raw: unknown): { value: FailureKind } | Fault {
  return judge(
    FAILURE_KINDS.find((kind) => kind === raw),
    FAILURE_KINDS.join(", ").replace(/, (?=[^,]*$)/, " or "),
  );
}

function valueOf<Value>(read: { value: Value } | Fault): Value {
  return (read as { value: Value }).value;
}
