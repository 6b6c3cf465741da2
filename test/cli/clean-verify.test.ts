import { describe, expect, test, vi } from "vitest";
import { runCli } from "../../src/cli/index.js";
import type { Checkpoints, CleanResult, Config, RetentionPolicy, VerifyReport } from "../../src/index.js";
import { fakeIo } from "./fake-io.js";
import { madeUpApi, madeUpCheckpoint } from "./made-up.js";
import { runOnStore } from "./run-on-store.js";

const target = madeUpCheckpoint();

describe("clean", () => {
  const result: CleanResult & { verification: VerifyReport | null } = {
    decision: { kept: [{ record: target, reasons: ["last"] }], expired: [] },
    freedBytes: 0,
    isDryRun: false,
    verification: null,
  };

  const retention = { keepLast: 10, keepWithinDays: null };
  const loadConfig = async () => ({ config: { retention } as Config, path: null, origins: new Map() });

  async function policyOf(...args: string[]): Promise<RetentionPolicy | undefined> {
    const clean = vi.fn<Checkpoints["clean"]>(async () => result);
    const io = fakeIo();

    expect(await runCli(["clean", ...args], io, { ...madeUpApi({ clean }), loadConfig })).toBe(0);
    expect(io.questions).toEqual([]);
    return clean.mock.calls[0]?.[0];
  }

  test("the command line names the policy, or leaves it to the configuration", async () => {
    expect(await policyOf("5")).toEqual({ keepLast: 5 });
    expect(await policyOf("--keep", "0")).toEqual({ keepLast: 0 });
    expect(await policyOf("--older-than", "30d")).toEqual({ keepWithinDays: 30 });
    expect(await policyOf("3", "--older-than", "12h")).toEqual({ keepLast: 3, keepWithinDays: 0.5 });
    expect(await policyOf()).toBeUndefined();
  });

  test("the configured number is the one that the text names", async () => {
    const io = fakeIo();

    await runCli(["cleanup"], io, { ...madeUpApi({ clean: async () => result }), loadConfig });
    expect(io.out()).toBe("Keeping 10 most recent checkpoints for 'my-feature'\n\nNothing to remove.\n\n✓ Kept 1 recent checkpoint\n");
  });

  test("damage found by --verify exits with 13 and is told also with --quiet", async () => {
    const verification: VerifyReport = {
      checkpoints: [{ id: target.id, status: "damaged", damages: [], problem: "torn", checkedFiles: 1, checkedBytes: 1 }],
      foreign: [],
      isWhole: false,
      warnings: [],
    };
    const clean = vi.fn<Checkpoints["clean"]>(async () => ({ ...result, verification }));
    const { status, out } = await runOnStore(["clean", "5", "--verify", "--quiet"], { clean });
    expect(status).toBe(13);
    expect(out).toContain("✗ checkpoint-20251020-143025-step02: damaged (torn)");
    expect(clean.mock.calls[0]?.[1]).toMatchObject({ dryRun: false, verify: true });
  });
});

describe("verify", () => {
  const reportOf = (...states: ("whole" | "damaged" | "unverifiable")[]): VerifyReport => ({
    checkpoints: states.map((status) => ({ id: target.id, status, damages: [], problem: null, checkedFiles: 1, checkedBytes: 1 })),
    foreign: [],
    isWhole: states.every((status) => status === "whole"),
    warnings: [],
  });

  test.each([
    [0, ["whole"]],
    [12, ["whole", "unverifiable"]],
    [13, ["unverifiable", "damaged"]],
  ] as const)("exits with %d for %j", async (expected, states) => {
    expect(await runOnStore(["verify"], { verify: async () => reportOf(...states) })).toMatchObject({ status: expected });
  });

  test("--quiet is silent when all is whole, and only then", async () => {
    expect(await runOnStore(["verify", "-q"], { verify: async () => reportOf("whole") })).toMatchObject({ out: "", err: "" });
    expect((await runOnStore(["verify", "-q"], { verify: async () => reportOf("damaged") })).out).toContain("✗ ");
  });
});
