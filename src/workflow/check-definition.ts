import { describeValue, isMapping, nearestKey, shorten, type Mapping } from "../config/index.js";
import { CHECKPOINT_TYPES, isWorkflowId, PHASES, STAGES, type CheckpointType, type Phase, type Stage } from "../formats/index.js";
import { isArtifactPattern } from "./artifact-pattern.js";
import type { StepDefinition, WorkflowDefinition } from "./definition.js";

/** The way to a value from the top of a workflow file. */
export type FilePath = readonly (string | number)[];

/** One thing that is wrong with a workflow file. */
export interface DefinitionProblem {
  path: FilePath;
  /** Which part of the entry is wrong, and is to be pointed at. */
  at: "key" | "value";
  message: string;
  /** The right key that was most likely meant. */
  didYouMean: string | null;
}

const HEAD_KEYS = ["$schema", "id", "name", "version", "request", "metadata", "steps"];
const STEP_KEYS = ["number", "name", "run", "verify", "artifacts", "retries", "stage", "phase", "type", "task"];
const MAX_NUMBER = 999_999;
const MAX_RETRIES = 100;
const MAX_NAME = 200;
/** A backup is what a restore takes; no step can ask for one. */
const STEP_TYPES = CHECKPOINT_TYPES.filter((type): type is CheckpointType => type !== "backup");

/** What a value must be, in words, and how it is read; undefined for what it must not be. */
interface Kind<Value> {
  expected: string;
  read: (value: unknown) => Value | undefined;
}

/** Turns a parsed workflow file into a definition; it is complete only when there are no problems. */
export function checkDefinition(parsed: unknown, defaultId: string): { definition: WorkflowDefinition; problems: DefinitionProblem[] } {
  const check = new DefinitionCheck();
  return { definition: check.read(parsed, defaultId), problems: check.problems };
}

class DefinitionCheck {
  readonly problems: DefinitionProblem[] = [];

  read(parsed: unknown, defaultId: string): WorkflowDefinition {
    const file = this.#mapping([], parsed, "a map with `steps`");
    this.#keys([], file, HEAD_KEYS);
    this.#take([], file, "$schema", { expected: "a text", read: asText });
    return {
      id: this.#take([], file, "id", { expected: "up to 100 letters, digits, dots, dashes and underscores", read: asId }) ?? defaultId,
      name: this.#take([], file, "name", { expected: "a text on one line", read: asLine }) ?? null,
      version: this.#take([], file, "version", { expected: "a text or a number", read: asWord }) ?? null,
      originalRequest: this.#take([], file, "request", { expected: "a text", read: asText }) ?? null,
      metadata: this.#metadata(file),
      steps: this.#steps(file),
    };
  }

  #metadata(file: Mapping): Record<string, string> {
    if (file["metadata"] === undefined) return {};
    const given = this.#mapping(["metadata"], file["metadata"], "a map of keys and texts");
    const pairs = Object.keys(given).map(
      (key) => [key, this.#take(["metadata"], given, key, { expected: "a text", read: asWord }) ?? ""] as const,
    );
    return Object.fromEntries(pairs);
  }

  #steps(file: Mapping): StepDefinition[] {
    const { steps } = file;
    if (!Array.isArray(steps) || steps.length === 0) {
      const at = "steps" in file ? "value" : "key";
      this.problems.push({
        path: at === "key" ? [] : ["steps"],
        at,
        message: "`steps` must be a list of at least one step",
        didYouMean: null,
      });
      return [];
    }
    const read: StepDefinition[] = [];
    steps.forEach((step: unknown, at) => read.push(this.#step(["steps", at], step, read.at(-1)?.number ?? 0)));
    return read;
  }

  #step(path: FilePath, given: unknown, numberBefore: number): StepDefinition {
    const step = this.#mapping(path, given, "a map with a `name`");
    this.#keys(path, step, STEP_KEYS);
    const isFirst = path[1] === 0;
    const number =
      this.#take(path, step, "number", { expected: `a whole number from 0 to ${MAX_NUMBER}`, read: asNumber(MAX_NUMBER) }) ??
      numberBefore + 1;
    if (!isFirst && number <= numberBefore) {
      this.#wrong([...path, "number"], `step ${number} comes after step ${numberBefore}: numbers must grow from step to step`);
    }
    if (step["name"] === undefined && isMapping(given)) this.#wrong(path, `step ${number} has no \`name\``);
    return {
      number,
      name: this.#take(path, step, "name", { expected: `a text on one line of at most ${MAX_NAME} characters`, read: asLine }) ?? "",
      run: this.#take(path, step, "run", { expected: "a text, or a list of a program and its arguments", read: asCommand }) ?? null,
      verify: this.#take(path, step, "verify", { expected: "a text for sh", read: asCommandText }) ?? null,
      artifacts: this.#artifacts(path, step),
      retries: this.#take(path, step, "retries", { expected: `a whole number from 0 to ${MAX_RETRIES}`, read: asNumber(MAX_RETRIES) }) ?? 0,
      stage: this.#take(path, step, "stage", { expected: `one of ${STAGES.join(", ")}`, read: oneOf<Stage>(STAGES) }) ?? null,
      phase: this.#take(path, step, "phase", { expected: `one of ${PHASES.join(", ")}`, read: oneOf<Phase>(PHASES) }) ?? null,
      type: this.#take(path, step, "type", { expected: `one of ${STEP_TYPES.join(", ")}`, read: oneOf(STEP_TYPES) }) ?? "step",
      taskId: this.#take(path, step, "task", { expected: "a text or a number", read: asTask }) ?? null,
    };
  }

  #artifacts(path: FilePath, step: Mapping): string[] {
    const { artifacts } = step;
    if (artifacts === undefined) return [];
    if (!Array.isArray(artifacts)) {
      this.#wrong([...path, "artifacts"], `\`artifacts\` must be a list of paths or globs, but is ${describeValue(artifacts)}`);
      return [];
    }
    artifacts.forEach((one: unknown, at) => {
      if (typeof one === "string" && isArtifactPattern(one)) return;
      const message = `an artifact must be a path or glob below the change directory, but is ${describeValue(one)}`;
      this.#wrong([...path, "artifacts", at], message);
    });
    return artifacts.map(String);
  }

  /** Reads one value; undefined where it is not given, or wrong and noted. */
  #take<Value>(path: FilePath, from: Mapping, key: string, { expected, read }: Kind<Value>): Value | undefined {
    if (!Object.hasOwn(from, key)) return undefined;
    const value = read(from[key]);
    if (value === undefined) this.#wrong([...path, key], `\`${key}\` must be ${expected}, but is ${describeValue(from[key])}`);
    return value;
  }

  #mapping(path: FilePath, value: unknown, expected: string): Mapping {
    if (isMapping(value)) return value;
    const name = path.length === 0 ? "the workflow" : path.length === 2 ? "a step" : `\`${String(path.at(-1))}\``;
    this.#wrong(path, `${name} must be ${expected}, but is ${describeValue(value)}`);
    return {};
  }

  #keys(path: FilePath, given: Mapping, known: readonly string[]): void {
    for (const key of Object.keys(given)) {
      if (known.includes(key)) continue;
      const didYouMean = nearestKey(key, null, known);
      const advice =
        didYouMean === null
          ? `; the keys here are ${known.filter((one) => one !== "$schema").join(", ")}`
          : `; did you mean \`${didYouMean}\`?`;
      this.problems.push({ path: [...path, key], at: "key", message: `unknown key \`${shorten(key)}\`${advice}`, didYouMean });
    }
  }

  #wrong(path: FilePath, message: string): void {
    this.problems.push({ path, at: "value", message, didYouMean: null });
  }
}

function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function asLine(value: unknown): string | undefined {
  const isLine = typeof value === "string" && value.trim() !== "" && value.length <= MAX_NAME && !/\p{Cc}/u.test(value);
  return isLine ? value : undefined;
}

function asId(value: unknown): string | undefined {
  return typeof value === "string" && isWorkflowId(value) ? value : undefined;
}

/** Unquoted, `1.0` and `true` are no texts to YAML. */
function asWord(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function asTask(value: unknown): string | undefined {
  const word = typeof value === "boolean" ? undefined : asWord(value);
  return word === undefined || word === "" || word.length > MAX_NAME || /\p{Cc}/u.test(word) ? undefined : word;
}

function asCommandText(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" && !value.includes("\0") ? value : undefined;
}

function asCommand(value: unknown): StepDefinition["run"] | undefined {
  if (!Array.isArray(value)) return asCommandText(value);
  const words = value.every((word): word is string => typeof word === "string" && !word.includes("\0")) ? value : [];
  const [program, ...args] = words;
  return program === undefined || program === "" ? undefined : [program, ...args];
}

function asNumber(most: number): (value: unknown) => number | undefined {
  return (value) => (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most ? (value as number) : undefined);
}

function oneOf<Word extends string>(words: readonly Word[]): (value: unknown) => Word | undefined {
  return (value) => words.find((word) => word === value);
}
