import { InvalidArgumentError } from "../errors/index.js";
import { FAILURE_KINDS, type FailureKind, type RecoveryRule } from "../formats/index.js";
import { matchesText } from "./match-text.js";

/** What a failure is: its kind decides where to go back to, its text whether it is the same one again. */
export interface ClassifiedFailure {
  kind: FailureKind;
  failure: string | null;
}

/** What is looked at of an error and of what caused it. */
interface ErrorFacts {
  text: string;
  codes: string[];
}

const MAX_CAUSES = 5;
const MAX_TEXT = 10_000;
const MAX_FAILURE = 300;

/**
 * Tells the kind of a failure: a kind is itself, an error goes by the rules, the first that fits it or one of its causes. What fits none is `other`.
 * @throws InvalidArgumentError for what is neither a kind nor an object
 */
export function classifyError(error: unknown, rules: readonly RecoveryRule[]): ClassifiedFailure {
  const named = FAILURE_KINDS.find((kind) => kind === error);
  if (named !== undefined) return { kind: named, failure: null };
  if (typeof error !== "object" || error === null)
    throw new InvalidArgumentError("error", error, `${FAILURE_KINDS.join(", ")}, or an error`);
  const facts = factsOf(error);
  const rule = rules.find((one) => facts.some((each) => fits(one, each)));
  return { kind: rule?.error ?? "other", failure: shorten(facts[0]?.text ?? "") };
}

/** The first line, for telling one failure from another; null when there is nothing to tell by. */
export function shorten(text: string): string | null {
  const line = text.trim().split(/[\r\n]/, 1)[0] ?? "";
  return line === "" ? null : line.replace(/\p{Cc}/gu, " ").slice(0, MAX_FAILURE);
}

function fits({ code, match }: RecoveryRule, { text, codes }: ErrorFacts): boolean {
  return (code === null || codes.includes(code)) && (match === null || matchesText(text, match));
}

function factsOf(error: object): ErrorFacts[] {
  const facts: ErrorFacts[] = [];
  let at: unknown = error;
  for (let depth = 0; depth <= MAX_CAUSES && typeof at === "object" && at !== null; depth += 1) {
    const { name, message, code, exitCode, exitStatus, cause } = at as Record<string, unknown>;
    const words = [name, message].filter((word) => typeof word === "string" && word !== "");
    const codes = [code, exitCode, exitStatus].filter((one) => typeof one === "string" || typeof one === "number");
    facts.push({ text: words.join(": ").slice(0, MAX_TEXT), codes: codes.map(String) });
    at = cause;
  }
  return facts;
}
