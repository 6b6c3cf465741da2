import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import { describe, expect, test } from "vitest";
import { buildProgram, loadCommands } from "../src/cli/program.js";
import { openCheckpoints } from "../src/index.js";
import { commandLinesIn, wordsOf } from "./cli/command-lines.js";
import { fakeIo } from "./cli/fake-io.js";
import { runLine } from "./end-to-end/command-line.js";
import { tempChange, type TempChange } from "./support/temp-change.js";

const ROOT = join(import.meta.dirname, "..");
const DOCUMENTS = ["README.md", ...readdirSync(join(ROOT, "docs")).flatMap((name) => (name.endsWith(".md") ? [`docs/${name}`] : []))];

function read(document: string): string {
  return readFileSync(join(ROOT, document), "utf8");
}

/** The fenced blocks of a language that speak of a text. */
function blocks(document: string, language: string, about = ""): string[] {
  const found = [...read(document).matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, word, text = ""]) =>
    word === language ? [text] : [],
  );
  return found.filter((text) => text.includes(about));
}

/** The lines of shell blocks and the lines typed in consoles, without what continues on the next one being torn. */
function shellLines(document: string): string[] {
  const typed = blocks(document, "console").flatMap((text) => [...text.matchAll(/^\$ (.*)$/gm)].map(([, line = ""]) => line));
  const written = blocks(document, "sh").flatMap((text) => text.replace(/\\\n\s*/g, " ").split("\n"));
  return [...typed, ...written];
}

const EXAMPLES = DOCUMENTS.flatMap((document) =>
  shellLines(document)
    .filter((line) => commandLinesIn(line).length > 0)
    .map((line) => ({ document, line })),
);

test("the documents have examples", () => {
  expect(new Set(EXAMPLES.map(({ document }) => document)).size).toBeGreaterThanOrEqual(6);
  expect(EXAMPLES.length).toBeGreaterThan(40);
});

test.each(EXAMPLES)("$document: the program understands `$line`", async ({ line }) => {
  for (const words of commandLinesIn(line)) {
    let called = 0;
    const program = buildProgram(await loadCommands(words), fakeIo(), async () => {
      called += 1;
    });
    await program.parseAsync(words, { from: "user" });
    expect(called).toBe(1);
  }
});

const WORKFLOW = `name: three
steps:
  - { name: one, run: "true" }
  - { name: two, run: "true" }
  - { name: three, run: "true" }
`;

/** A directory on which all that the documents do can be done. */
async function preparedChange(): Promise<TempChange> {
  const scripts = { codegen: "true" };
  const change = await tempChange({ "proposal.md": "1", "specs/spec.md": "2", "package.json": JSON.stringify({ scripts }) });
  for (const step of [1, 2, 3]) {
    change.edit({ "proposal.md": `${step}` });
    await change.checkpoints.create({ step, taskId: "7", stage: "start" });
  }
  change.edit({ "proposal.md": "since then", "stepback.workflow.yaml": WORKFLOW });
  return change;
}

describe("the examples run, one after the other, and each ends well", () => {
  test.each([
    ["README.md", "stepback create"],
    ["docs/sessions.md", "session start"],
    ["docs/workflows.md", "workflow start"],
    ["docs/workflows.md", "workflow run"],
  ])("%s: %s", async (document, about) => {
    const change = await preparedChange();
    const [text = ""] = blocks(document, "sh", about);
    // Where the caller runs the steps there is no workflow file.
    if (about === "workflow start") change.edit({ "analysis.md": "what it came to", "stepback.workflow.yaml": null });
    const lines = text.replaceAll("$$", String(process.pid)).split("\n").filter((line) => line.startsWith("stepback ")); // prettier-ignore
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      const { status, err } = await runLine(change.directory, wordsOf(line).slice(1), { answers: ["y", "y"] });
      expect({ line, status, err: status === 0 ? "" : err }).toEqual({ line, status: 0, err: "" });
    }
  });
});

test("the configuration that the guide shows is one", async () => {
  const [yaml = ""] = blocks("docs/configuration.md", "yaml");
  const change = await tempChange({ ".stepback.yaml": yaml });
  const { config } = await openCheckpoints(change.directory);
  expect(config.testCommand).toBe("npm test");
});

test("the workflow file that the guide shows is one", async () => {
  const [yaml = ""] = blocks("docs/workflows.md", "yaml");
  const change = await tempChange({ "stepback.workflow.yaml": yaml });
  expect((await change.checkpoints.workflow.readFile()).steps.length).toBeGreaterThan(1);
});

test.each(["README.md", "docs/workflows.md"])("%s: the library's example runs", async (document) => {
  const [code = ""] = blocks(document, "ts");
  const change = await preparedChange();
  const body = code.replace(/^import .*$/gm, "").replaceAll('"openspec/changes/my-feature"', "directory");
  const run = compileFunction(`return (async () => {${body}})();`, ["openCheckpoints", "directory", "migrate"]) as (
    ...scope: unknown[]
  ) => Promise<void>;
  await run(openCheckpoints, change.directory, () => undefined);
  expect((await change.checkpoints.list()).checkpoints.length).toBeGreaterThan(3);
});
