import { checkPart, crc32, joinPair, showCrc32, type CheckedPart } from "../platform/index.js";
import type { JsonObject } from "./record-form.js";
import { SpeltList } from "./spelt-list.js";
import type { CompletedStep, WorkflowStepName } from "./workflow-record.js";

/** The key of the checksum of all the others. */
export const WORKFLOW_SEAL_KEY = "workflow_crc32";

type Member = [key: string, value: unknown];

/** The members of a record in their order; the two lists stand between the others. */
interface WorkflowMembers {
  before: readonly Member[];
  steps: readonly WorkflowStepName[];
  completed: readonly CompletedStep[];
  after: readonly Member[];
}

const stepList = new SpeltList<WorkflowStepName>((step) => inOneLine(formatStep(step)));
const completedList = new SpeltList<CompletedStep>((step) => inOneLine(formatCompleted(step)));

/**
 * Gives the text of a record, with its checksum, which is that of the compact text of the whole: the runner of a long workflow writes it after each
 * step, with one more line than before.
 */
export function encodeWorkflowText({ before, steps, completed, after }: WorkflowMembers): Buffer {
  const parts: Spelt[] = [
    ...before.map(spellMember),
    spellList("steps", stepList, steps),
    spellList("completed", completedList, completed),
    ...after.map(spellMember),
  ];
  const seal = sealOf(parts) ?? crc32(JSON.stringify(objectOf({ before, steps, completed, after })));
  const end = `  ${JSON.stringify(WORKFLOW_SEAL_KEY)}: ${JSON.stringify(seal)}\n}\n`;
  return Buffer.concat([Buffer.from("{\n"), ...parts.flatMap(({ bytes }) => [...bytes, Buffer.from(",\n")]), Buffer.from(end)]);
}

interface Spelt {
  key: string;
  bytes: Buffer[];
  checked: CheckedPart;
}

function spellMember([key, value]: Member): Spelt {
  const name = JSON.stringify(key);
  const compact = JSON.stringify(value);
  const isList = Array.isArray(value) && value.length > 0;
  const shown = isList ? `[\n${value.map((row) => `    ${JSON.stringify(row)}`).join(",\n")}\n  ]` : compact;
  return { key, bytes: [Buffer.from(`  ${name}: ${shown}`)], checked: checkPart(`${name}:${compact}`) };
}

function spellList<Row extends object>(key: string, list: SpeltList<Row>, rows: readonly Row[]): Spelt {
  if (rows.length === 0) return spellMember([key, []]);
  const { bytes, checked } = list.spell(rows);
  const head = checkPart(`${JSON.stringify(key)}:[`);
  return {
    key,
    bytes: [Buffer.from(`  ${JSON.stringify(key)}: [\n    `), bytes, Buffer.from("\n  ]")],
    checked: joinPair(joinPair(head, checked), checkPart("]")),
  };
}

/** Undefined where a reader meets the keys in another order: a number as a key comes first in every object. */
function sealOf(parts: readonly Spelt[]): string | undefined {
  if (parts.some(({ key }) => /^\d+$/.test(key))) return undefined;
  const comma = checkPart(",");
  const all = parts.map(({ checked }) => checked).reduce((one, other) => joinPair(joinPair(one, comma), other));
  return showCrc32(joinPair(joinPair(checkPart("{"), all), checkPart("}")).crc);
}

function objectOf({ before, steps, completed, after }: WorkflowMembers): JsonObject {
  return Object.fromEntries([
    ...before,
    ["steps", steps.map(formatStep)],
    ["completed", completed.map(formatCompleted)],
    ...after,
  ] as Member[]);
}

function inOneLine(json: JsonObject): { text: string; compact: string } {
  const text = JSON.stringify(json);
  return { text, compact: text };
}

function formatStep({ number, name, unknownKeys }: WorkflowStepName): JsonObject {
  return { number, name, ...unknownKeys };
}

function formatCompleted(step: CompletedStep): JsonObject {
  return {
    number: step.number,
    completed_at: step.completedAt,
    skipped: step.isSkipped,
    checkpoint_id: step.checkpointId,
    attempts: step.attempts,
    duration_ms: step.durationMs,
    artifacts: step.artifacts,
    ...step.unknownKeys,
  };
}
