import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeManifest, parseIndex, parseJournal, parseWorkflow } from "../../src/formats/index.js";
import { caseNames, copyStore } from "../store/copied-store.js";
import { requires } from "../support/requirements.js";
import { tempChange } from "../support/temp-change.js";
import { SCHEMAS, schemaProblems, type Schema } from "./schemas.js";

const DOCUMENT = readFileSync(new URL("../../docs/store-format.md", import.meta.url), "utf8");
const SECTIONS = DOCUMENT.split(/^## /m).slice(1);

describe.each(Object.entries(SCHEMAS))("docs/store-format.md on schemas/%s.schema.json", (name, schema) => {
  const section = SECTIONS.find((one) => one.includes(`\`schemas/${name}.schema.json\``)) ?? "";
  const parts = partsOf(schema);

  test("explains every key", () => {
    const keys = parts.flatMap(({ properties = {} }) => Object.keys(properties));
    expect(keys.length).toBeGreaterThan(5);
    expect([...new Set(keys)].filter((key) => !section.includes(`\`${key}\``))).toEqual([]);
  });

  test("names every word of a fixed list", () => {
    const words = parts.flatMap((part) => part.enum ?? []).filter((word) => typeof word === "string");
    expect(words.filter((word) => !section.includes(`\`${word}\``))).toEqual([]);
  });

  test("shows an example that the schema accepts", () => {
    expect(examplesIn(section)).toHaveLength(1);
    for (const example of examplesIn(section)) expect(schemaProblems(name, JSON.parse(example))).toEqual([]);
  });
});

test("the examples are what the readers read", () => {
  const [index, manifest, journal, workflow] = examplesIn(DOCUMENT);
  const legacy = examplesIn(DOCUMENT).at(-1);
  expect(parseIndex(index ?? "", "example")).toMatchObject({ isLegacy: false, index: { checkpoints: [{ sequence: 1 }] } });
  const { entries } = decodeManifest(Buffer.from(manifest ?? ""), "example");
  expect(entries.map(({ path }) => path)).toEqual(["", "na\udcefve.txt", "current", "specs", "specs/spec.md"]);
  expect(parseJournal(journal ?? "", "example").operations).toHaveLength(1);
  expect(parseWorkflow(workflow ?? "", "example")).toMatchObject({
    id: "add-tide-gauge",
    completed: [{ number: 1 }],
    failure: { number: 2 },
  });
  expect(parseIndex(legacy ?? "", "example")).toMatchObject({ isLegacy: true, index: { checkpoints: [{ stepNumber: 2 }] } });
});

test("the layout names everything that stands in a store", async () => {
  const [layout = ""] = /```\n([\s\S]*?)```/.exec(DOCUMENT)?.slice(1) ?? [];
  for (const name of caseNames("stores").filter((one) => one.startsWith("v1-"))) {
    const { storePath } = await copyStore("stores", name);
    const names = readdirSync(storePath).map((one) => one.replace(/^(restore-).*/, "$1").replace(/^checkpoint-.*/, "checkpoint-"));
    expect(names.filter((one) => !layout.includes(` ${one}`))).toEqual([]);
  }
});

test("no line is longer than a person reads, but for tables and examples", () => {
  const long = DOCUMENT.split("\n").filter((line) => line.length > 160 && !line.startsWith("|") && !line.startsWith(" "));
  expect(long).toEqual([]);
});

describe("the commands for the hand", () => {
  const [copying = "", checking = ""] = [...DOCUMENT.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands = ""]) => commands);
  const FILES = {
    "proposal.md": "# Proposal\n",
    "specs/gauge/spec.md": "## Requirement\n",
    "name with spaces": "x",
    current: { link: "specs" },
  };

  test("look and copy back", async () => {
    const change = await tempChange(FILES);
    const { id } = await change.checkpoints.create({ step: 1 });
    change.edit({ specs: null });
    expect(() => runShell(copying.replaceAll(/checkpoint-\d{8}-\d{6}-step01/g, id), change.directory)).toThrow(/Only in .*: specs/);
    const withoutDiff = copying.replace(/^diff .*\n/m, "");
    runShell(withoutDiff.replaceAll(/checkpoint-\d{8}-\d{6}-step01/g, id), change.directory);
    expect(change.files()).toMatchObject({ "specs-as-it-was/gauge/spec.md": "## Requirement\n" });
    change.edit({ "specs-as-it-was/gauge/spec.md": "written" });
    expect((await change.checkpoints.verify()).isWhole).toBe(true);
  });

  const hasJq = spawnSync("jq", ["--version"]).status === 0 && requires("sha256sum").isMet;
  test.skipIf(!hasJq)("check a snapshot, and find what is wrong with it", async () => {
    const change = await tempChange({ ...FILES, ".checkpointignore": "nothing-like-it/\n" });
    const plain = await change.checkpoints.create({ step: 1 });
    change.edit({ ".checkpointignore": "nothing-like-it/\n".repeat(40_000) });
    const compressed = await change.checkpoints.create({ step: 1 });
    for (const { id, storedPath } of [plain, compressed]) {
      const commands = checking.replaceAll(/checkpoint-\d{8}-\d{6}-step01/g, id);
      expect(runShell(commands, change.directory)).toBe("");
      execFileSync("sh", ["-c", "chmod u+w proposal.md && mv proposal.md kept && echo other > proposal.md"], { cwd: storedPath });
      expect(() => runShell(commands, change.directory)).toThrow("proposal.md: FAILED");
      execFileSync("mv", ["kept", "proposal.md"], { cwd: join(storedPath) });
    }
  });

  function runShell(commands: string, cwd: string): string {
    const { status, stdout, stderr } = spawnSync("sh", ["-e", "-c", commands], { cwd, encoding: "utf8" });
    if (status !== 0) throw new Error(stdout + stderr);
    return stdout.replace(/^(checkpoint-\S+|manifests|state\.json\S*)\n/gm, "");
  }
});

/** A schema with all that stands in it; what it takes from another schema is explained there. */
function partsOf(schema: Schema): Schema[] {
  const below = [
    ...Object.values(schema.properties ?? {}),
    ...Object.values(schema.definitions ?? {}),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(schema.anyOf ?? []),
  ];
  return [schema, ...below.flatMap(partsOf)];
}

function examplesIn(text: string): string[] {
  return [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, example = ""]) => example);
}
