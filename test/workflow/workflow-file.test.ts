import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { tempChange } from "../support/temp-change.js";

const schema = JSON.parse(readFileSync(new URL("../../schemas/workflow.schema.json", import.meta.url), "utf8")) as object;
const accepts = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

const FULL = `# Everything that a file can say
id: add-login
name: Add a login
version: 1.5
request: |
  Add a login.
metadata: { ticket: 42, urgent: true }
steps:
  - number: 0
    name: Understand
  - name: Write
    run: echo text > "a.md"
    verify: test -s a.md
    artifacts: [a.md, "specs/**/*.md"]
    retries: 2
    stage: implementation
    phase: implement
    type: pre_risky_operation
    task: 7
  - number: 5
    name: Check
    run: [npm, test]
`;

async function fileOf(files: Record<string, string>) {
  const change = await tempChange(files);
  return { ...change, read: () => change.checkpoints.workflow.readFile() };
}

test("a file says all that there is to say, and the rest is filled in", async () => {
  const { read } = await fileOf({ "stepback.workflow.yaml": FULL });
  expect(await read()).toEqual({
    id: "add-login",
    name: "Add a login",
    version: "1.5",
    originalRequest: "Add a login.\n",
    metadata: { ticket: "42", urgent: "true" },
    steps: [
      {
        number: 0,
        name: "Understand",
        run: null,
        verify: null,
        artifacts: [],
        retries: 0,
        stage: null,
        phase: null,
        type: "step",
        taskId: null,
      },
      {
        number: 1,
        name: "Write",
        run: 'echo text > "a.md"',
        verify: "test -s a.md",
        artifacts: ["a.md", "specs/**/*.md"],
        retries: 2,
        stage: "implementation",
        phase: "implement",
        type: "pre_risky_operation",
        taskId: "7",
      },
      expect.objectContaining({ number: 5, run: ["npm", "test"] }),
    ],
  });
});

test.each(["stepback.workflow.yml", "stepback.workflow.json"])("%s is read as well", async (name) => {
  const { read } = await fileOf({ [name]: '{"steps": [{"name": "Only"}]}' });
  expect(await read()).toMatchObject({ id: "my-feature", steps: [{ number: 1, name: "Only" }] });
});

describe("a wrong file is an error with its place", () => {
  test.each<[string, string, string]>([
    ["a key near a right one", "steps:\n  - name: A\n    retrys: 1\n", ":3:5: unknown key `retrys`; did you mean `retries`?"],
    ["a key like no other", "stages: 3\nsteps: [{name: A}]\n", ":1:1: unknown key `stages`; the keys here are id, name"],
    ["a key twice", "steps:\n  - name: A\n    run: a\n    run: b\n", ":4:5: a key stands twice"],
    ["a number twice", "steps:\n  - {number: 2, name: A}\n  - number: 2\n    name: B\n", ":3:13: step 2 comes after step 2"],
    ["no name", "steps:\n  - name: A\n  - run: b\n", ":3:5: step 2 has no `name`"],
    ["no steps", "id: a\n", "`steps` must be a list"],
    ["nothing", "", "the workflow must be a map"],
    ["a wrong type", "steps:\n  - name: A\n    retries: often\n", ':3:14: `retries` must be a whole number from 0 to 100, but is "often"'],
    ["an unknown phase", "steps:\n  - name: A\n    phase: planning\n", ":3:12: `phase` must be one of plan"],
    ["a backup for a step", "steps:\n  - name: A\n    type: backup\n", ":3:11: `type` must be one of manual"],
    ["an id that leads elsewhere", "id: ../x\nsteps: [{name: A}]\n", ":1:5: `id` must be up to 100"],
    ["an artifact that leads elsewhere", "steps:\n  - name: A\n    artifacts:\n      - ../x\n", ":4:9: an artifact must be a path"],
    ["an empty command", "steps:\n  - name: A\n    run: []\n", ":3:10: `run` must be a text, or a list"],
    ["no YAML", "steps: [\n", "is not usable YAML"],
    ["an unquoted pattern", "steps:\n  - name: A\n    artifacts: [*.md]\n", "put quotes around"],
  ])("%s", async (_, text, message) => {
    const { read } = await fileOf({ "stepback.workflow.yaml": text });
    await expect(read()).rejects.toMatchObject({
      code: "WORKFLOW_INVALID",
      exitStatus: 16,
      message: expect.stringContaining(message) as string,
    });
  });

  test("all that is wrong is in the details, each with its place", async () => {
    const { read } = await fileOf({ "stepback.workflow.yaml": "nam: x\nsteps:\n  - name: A\n    stage: done\n" });
    await expect(read()).rejects.toMatchObject({
      message: expect.stringContaining("(and 1 more problem)") as string,
      details: {
        problems: [
          { key: "nam", line: 1, column: 1, did_you_mean: "name" },
          { key: "steps[0].stage", line: 4, column: 12 },
        ],
      },
    });
  });

  test("two files are one too many, and none is not found", async () => {
    const { read } = await fileOf({ "stepback.workflow.yaml": "steps: [{name: A}]", "stepback.workflow.json": "{}" });
    await expect(read()).rejects.toMatchObject({ code: "WORKFLOW_INVALID" });
    await expect((await fileOf({})).read()).rejects.toMatchObject({ code: "WORKFLOW_NOT_FOUND", exitStatus: 10 });
  });
});

test.each<[string, boolean]>([
  [FULL, true],
  ["steps: [{name: A}]", true],
  ["steps: []", false],
  ["steps: [{name: A, retries: 101}]", false],
  ["steps: [{name: A, artifacts: [/etc/passwd]}]", false],
  ["steps: [{name: A, artifacts: [a/../../b]}]", false],
  ["steps: [{name: A, type: backup}]", false],
  ["steps: [{name: A, stage: done}]", false],
  ["steps: [{name: A, run: ''}]", false],
  ["steps: [{name: A, bogus: 1}]", false],
  ["id: a b\nsteps: [{name: A}]", false],
])("the schema for editors judges as the reader does: %s", async (text, isRight) => {
  expect(accepts(parse(text))).toBe(isRight);
  const { read } = await fileOf({ "stepback.workflow.yaml": text });
  expect(
    await read().then(
      () => true,
      () => false,
    ),
  ).toBe(isRight);
});
