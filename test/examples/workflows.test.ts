import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { BINARY, runBinary } from "../end-to-end/command-line.js";
import { describeContent, readTree } from "../support/picture.js";
import { tempFolder } from "../support/temp-change.js";

const EXAMPLES = fileURLToPath(new URL("../../fixtures/workflows/", import.meta.url));

test("an OpenSpec-like change of steps 0 to 12: one fails, is rolled back, put right and resumed", () => {
  const directory = join(tempFolder(), "add-csv-export");
  cpSync(join(EXAMPLES, "add-csv-export"), directory, { recursive: true });
  writeFileSync(join(directory, ".stepback.yaml"), "durability: none\n");

  const failed = runBinary(directory, ["workflow", "run", "--on-failure", "rollback", "--json"]);
  expect(failed.status).toBe(1);
  expect(JSON.parse(failed.out)).toMatchObject({
    workflow_id: "add-csv-export",
    status: "failed",
    plan: { next: { number: 7, name: "Implement" }, percentage: 53 },
    context: { original_request: expect.stringContaining("treasurer") as string, progress: "7/13" },
  });
  expect(readdirSync(directory)).not.toContain("members.csv");
  expect(runBinary(directory, ["workflow", "status"]).out).toMatch(
    /✓ 6: Prepare Data[^]*✗ 7: Implement – failed, verify exit code 1[^]*Next: step 7: Implement/,
  );

  writeFileSync(join(directory, "templates/export.sh"), 'echo id,name\nsed "s/ /,/"\n');
  const resumed = runBinary(directory, ["resume"]);
  expect({ status: resumed.status, out: resumed.out }).toEqual({ status: 0, out: "" });
  expect(resumed.err).toMatch(
    /Request: Let the treasurer[^]*Next: step 7: Implement[^]*Workflow add-csv-export is finished \(13\/13 steps, 100 %\)/,
  );
  expect(readTree(directory, describeContent)).toMatchObject({
    "members.csv": "id,name\n1,Ada\n2,Grace\n",
    "archive/notes.md": "The treasurer wants all members in one file.\nreviewed\n",
  });

  const list = JSON.parse(runBinary(directory, ["list", "--json", "--workflow", "add-csv-export"]).out) as {
    checkpoints: { step_number: number; success: boolean }[];
  };
  expect(list.checkpoints.map(({ step_number, success }) => [step_number, success])).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 9, 10, 11, 12].map((number, at) => [number, at !== 7]),
  );
  expect(runBinary(directory, ["resume"]).err).toContain("is finished already");
});

test("eight agents that an outside script runs: the script dies in the middle of one, is begun again, and all have delivered once", () => {
  const directory = join(tempFolder(), "harbour");
  mkdirSync(directory);
  writeFileSync(join(directory, ".stepback.yaml"), "durability: none\n");
  const pipeline = (env: Record<string, string>) =>
    spawnSync("sh", [join(EXAMPLES, "agent-pipeline/run-pipeline.sh")], {
      cwd: directory,
      encoding: "utf8",
      env: { ...process.env, STEPBACK: `${process.execPath} ${BINARY}`, ...env },
    });

  expect(pipeline({ DIES_IN: "draft" })).toMatchObject({ signal: "SIGKILL" });
  expect(readTree(directory, describeContent)["report.md"]).toMatch(/outline delivered\ndraft began\n$/);
  expect(runBinary(join(directory, ".."), ["workflows"]).out).toMatch(/report {2}3\/8 [^]*Next: draft/);
  const resumed = JSON.parse(runBinary(directory, ["resume", "--json"]).out) as object;
  expect(resumed).toMatchObject({
    status: "waiting",
    plan: { valid: true, next: { number: 4, name: "draft" }, percentage: 37, can_resume: true },
    context: {
      original_request: "Write the report about the harbour.",
      artifacts: ["result-analyze.txt", "result-research.txt", "result-outline.txt"],
    },
  });

  expect(pipeline({})).toMatchObject({ status: 0, stderr: "" });
  const agents = "analyze research outline draft review revise proofread publish".split(" ");
  expect(readTree(directory, describeContent)["report.md"]).toBe(agents.map((agent) => `${agent} began\n${agent} delivered\n`).join(""));
  expect(runBinary(directory, ["resume"]).out).toContain("✓ The workflow is finished.");
  expect(pipeline({})).toMatchObject({ status: 0, stdout: "", stderr: "" });
});
