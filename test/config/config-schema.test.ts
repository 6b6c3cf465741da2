import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { loadConfig } from "../../src/config/index.js";
import { ConfigInvalidError } from "../../src/errors/index.js";
import { folderWith } from "./config-folder.js";

const schema = JSON.parse(readFileSync(new URL("../../schemas/config.schema.json", import.meta.url), "utf8")) as SchemaNode;
const isValid = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  default?: unknown;
  examples?: unknown[];
  description?: string;
}

const GOOD: unknown[] = [
  {},
  { $schema: "https://example.org/config.schema.json" },
  { ignore: [] },
  { ignore: ["*.log", "!keep.log", " leading space"] },
  { limits: {} },
  { limits: { max_entries: 1, max_total_bytes: 1, max_file_bytes: 1 } },
  { limits: { max_total_bytes: "10MB", max_file_bytes: null } },
  { limits: { max_total_bytes: "1.5 gib", max_file_bytes: "0.0001K" } },
  { limits: { max_total_bytes: "4096" } },
  { durability: "full" },
  { durability: "none" },
  { changes_root: "changes" },
  { changes_root: "." },
  { changes_root: "./a/..b/c../" },
  { retention: {} },
  { retention: { keep_last: 1, older_than: "2w3d" } },
  { retention: { keep_within: null, keep_last: null, keep_tags: null, max_size: null, older_than: null } },
  { retention: { older_than: "0d1s", min_age: "90m" } },
  { retention: { keep_last: -1, keep_hourly: "unlimited", keep_daily: 7, keep_weekly: 5, keep_monthly: 12, keep_yearly: 75 } },
  { retention: { keep_within: "1y5m7d2h", keep_within_hourly: "2h1d", keep_within_daily: "0y1d", keep_within_yearly: "75y" } },
  { retention: { keep_tags: ["release", "a,b", ""], keep_failed: 3, per_task: 5, max_size: "2G" } },
  { auto_clean: true, max_checkpoints: "unlimited" },
  { auto_checkpoint: false },
  { interval_minutes: 1 },
  { interval_minutes: 10_080 },
  { max_checkpoints: 1 },
  { max_checkpoints: null },
  { checkpoint_on: [] },
  { checkpoint_on: ["interval", "interval", "task_complete"] },
  { test_command: "npm test\n" },
  { test_command: null },
  { recovery: { rules: [], max_rollbacks: 1 } },
  { recovery: { rules: [{ code: "E1", error: "other" }] } },
  { recovery: { rules: [{ code: -7, match: "*", error: "validation" }] } },
  { recovery: { rules: [{ match: "x", error: "implementation" }] } },
];

const BAD: unknown[] = [
  null,
  [],
  "durability",
  { ignored: [] },
  { "limits.max_entries": 5 },
  { limits: null },
  { limits: [] },
  { limits: { ignore: [] } },
  { limits: { max_entries: 0 } },
  { limits: { max_entries: 1.5 } },
  { limits: { max_entries: "5" } },
  { limits: { max_entries: null } },
  { limits: { max_entries: 2 ** 53 } },
  { limits: { max_total_bytes: 0 } },
  { limits: { max_total_bytes: "0G" } },
  { limits: { max_total_bytes: -1 } },
  { limits: { max_total_bytes: "1.5" } },
  { limits: { max_total_bytes: "1 X" } },
  { limits: { max_total_bytes: "" } },
  { limits: { max_total_bytes: null } },
  { limits: { max_file_bytes: true } },
  { ignore: "*.log" },
  { ignore: [null] },
  { ignore: [""] },
  { ignore: ["a\nb"] },
  { ignore: null },
  { durability: "Full" },
  { durability: true },
  { changes_root: "" },
  { changes_root: "/changes" },
  { changes_root: ".." },
  { changes_root: "a/../b" },
  { changes_root: "a/b/.." },
  { changes_root: "a\nb/../c" },
  { changes_root: "a\0b" },
  { changes_root: 5 },
  { retention: { keep_last: 0 } },
  { retention: { keep_last: -2 } },
  { retention: { keep_daily: "5" } },
  { retention: { keep_within: "2w" } },
  { retention: { keep_within: "1d2d" } },
  { retention: { keep_within: "0y0d" } },
  { retention: { keep_within: "1.5d" } },
  { retention: { keep_within: "1234567d" } },
  { retention: { keep_within: "7D" } },
  { retention: { keep_tags: [] } },
  { retention: { keep_tags: "release" } },
  { retention: { max_size: 0 } },
  { auto_clean: null },
  { retention: { keep_within: 30 } },
  { retention: { keep_within: "" } },
  { retention: { keep_within: "0d" } },
  { retention: { older_than: "12h1d" } },
  { retention: { older_than: "1y" } },
  { retention: { younger_than: "30d" } },
  { $schema: 5 },
  { auto_checkpoint: "yes" },
  { auto_checkpoint: null },
  { interval_minutes: 0 },
  { interval_minutes: 10_081 },
  { interval_minutes: "15m" },
  { max_checkpoints: 0 },
  { max_checkpoints: "50" },
  { checkpoint_on: "interval" },
  { checkpoint_on: ["always"] },
  { checkpoint_on: [null] },
  { test_command: "" },
  { test_command: " \n" },
  { test_command: "a\0b" },
  { test_command: ["npm", "test"] },
  { recovery: { rules: {} } },
  { recovery: { rules: ["x"] } },
  { recovery: { rules: [{ error: "other" }] } },
  { recovery: { rules: [{ match: "x" }] } },
  { recovery: { rules: [{ match: "", error: "other" }] } },
  { recovery: { rules: [{ match: "x".repeat(501), error: "other" }] } },
  { recovery: { rules: [{ match: "x", error: "mine" }] } },
  { recovery: { rules: [{ match: "x", error: "other", when: "now" }] } },
  { recovery: { rules: [{ code: null, error: "other" }] } },
  { recovery: { rules: [{ code: 1.5, error: "other" }] } },
  { recovery: { rules: Array.from({ length: 101 }, () => ({ code: 1, error: "other" })) } },
  { recovery: { max_rollbacks: 0 } },
  { recovery: { max_rollback: 3 } },
];

describe("the schema and the loader give the same verdict", () => {
  test.each(GOOD.map((document) => [JSON.stringify(document), document]))("right: %s", async (_, document) => {
    expect(isValid(document)).toBe(true);
    expect(await isLoaded(document)).toBe(true);
  });

  test.each(BAD.map((document) => [JSON.stringify(document), document]))("wrong: %s", async (_, document) => {
    expect(isValid(document)).toBe(false);
    expect(await isLoaded(document)).toBe(false);
  });

  test("also about documents that nobody thought of", async () => {
    await fc.assert(
      fc.asyncProperty(anyDocument(), async (document) => {
        expect(await isLoaded(document)).toBe(isValid(document));
      }),
    );
  });
});

describe("the schema", () => {
  test("has a description for every setting, and defaults and examples that it accepts itself", () => {
    const settings = settingsOf(schema);
    expect(settings.map(({ key }) => key)).toContain("retention.keep_within");
    for (const { key, node } of settings) {
      expect(node.description, key).toMatch(/\w/);
      const values = [...(node.default === undefined ? [] : [node.default]), ...(node.examples ?? [])];
      for (const value of values) expect(isValid(nest(key, value)), `${key}: ${JSON.stringify(value)}`).toBe(true);
    }
  });

  test("names the defaults that the loader has", async () => {
    const named = settingsOf(schema).filter(({ node }) => node.default !== undefined);
    expect(named).toHaveLength(14);
    const plain = await loadConfig(folderWith({}));
    for (const { key, node } of named) {
      const loaded = await loadConfig(folderWith({ ".stepback.json": JSON.stringify(nest(key, node.default)) }));
      expect(loaded.config, key).toEqual(plain.config);
    }
  });
});

/** The loader's verdict on a document, as JSON and as YAML; the two must agree. */
async function isLoaded(document: unknown): Promise<boolean> {
  const [asJson, asYaml] = await Promise.all([
    isAccepted({ ".stepback.json": JSON.stringify(document) }),
    isAccepted({ ".stepback.yaml": stringify(document, { aliasDuplicateObjects: false }) }),
  ]);
  expect(asYaml).toBe(asJson);
  return asJson;
}

async function isAccepted(files: Record<string, string>): Promise<boolean> {
  try {
    await loadConfig(folderWith(files));
    return true;
  } catch (error) {
    if (error instanceof ConfigInvalidError) return false;
    throw error;
  }
}

function anyDocument(): fc.Arbitrary<unknown> {
  const number = fc.oneof(fc.integer({ min: -2, max: 5 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
  const quantity = fc.stringMatching(/^[0-9]{0,3}(\.[0-9]{0,2})? ?[kKMGTiBwydhms0-9]{0,4}$/);
  const folder = fc.stringMatching(/^[a.]{0,3}(\/[a.]{0,2}){0,2}$/);
  const value = fc.oneof(
    number,
    quantity,
    folder,
    fc.constantFrom(null, true, "full", "none"),
    fc.array(fc.oneof(folder, number), { maxLength: 2 }),
  );
  const group = (...keys: string[]) => fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 2 });
  const top = fc.record(
    {
      ignore: value,
      durability: value,
      changes_root: fc.oneof(folder, value),
      limits: fc.oneof(value, group("max_entries", "max_total_bytes", "max_file_bytes", "other")),
      retention: fc.oneof(value, group("keep_last", "keep_within", "keep_tags", "older_than", "max_size", "keep")),
      auto_checkpoint: value,
      interval_minutes: value,
      max_checkpoints: value,
      checkpoint_on: fc.oneof(value, fc.array(fc.constantFrom("interval", "task_complete", "never"), { maxLength: 2 })),
      test_command: value,
      recovery: fc.oneof(value, group("rules", "max_rollbacks")),
      other: value,
    },
    { requiredKeys: [] },
  );
  // Fewer keys give more documents that are right.
  return top.map((document) => Object.fromEntries(Object.entries(document).slice(0, 2)));
}

function settingsOf(node: SchemaNode, prefix = ""): { key: string; node: SchemaNode }[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, member]) =>
    member.properties === undefined ? [{ key: prefix + key, node: member }] : settingsOf(member, `${prefix}${key}.`),
  );
}

function nest(key: string, value: unknown): unknown {
  return key.split(".").reduceRight((inner, part) => ({ [part]: inner }), value);
}
