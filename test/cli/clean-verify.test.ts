import { describe, expect, test, vi } from "vitest";
import { runCli } from "../../src/cli/index.js";
import type { Checkpoints, CleanResult, RetentionPolicy, VerifyReport } from "../../src/index.js";
import { fakeIo } from "./fake-io.js";
import { madeUpApi, madeUpCheckpoint } from "./made-up.js";
import { runOnStore } from "./run-on-store.js";

const target = madeUpCheckpoint();

describe("clean", () => {
  const result: CleanResult & { verification: VerifyReport | null } = {
    policy: { keepLast: 10 },
    decision: { kept: [{ record: target, reasons: ["last"] }], expired: [], overLimit: [], keptBytes: null },
    freedBytes: 0,
    isDryRun: false,
    verification: null,
  };

  async function policyOf(...args: string[]): Promise<RetentionPolicy | undefined> {
    const clean = vi.fn<Checkpoints["clean"]>(async () => result);
    const io = fakeIo();

    expect(await runCli(["clean", ...args], io, madeUpApi({ clean }))).toBe(0);
    expect(io.questions).toEqual([]);
    return clean.mock.calls[0]?.[0];
  }

  test("the command line names the policy, or leaves it to the configuration", async () => {
    expect(await policyOf("5")).toEqual({ keepLast: 5 });
    expect(await policyOf("--keep", "0")).toEqual({ keepLast: 0 });
    expect(await policyOf("--older-than", "30d")).toEqual({ olderThanDays: 30 });
    expect(await policyOf("3", "--older-than", "12h")).toEqual({ keepLast: 3, olderThanDays: 0.5 });
    expect(await policyOf()).toBeUndefined();
  });

  test("every rule and limit of the command line reaches the library", async () => {
    const counts = "--keep-last 1 --keep-hourly 2 --keep-daily 3 --keep-weekly 4 --keep-monthly 5 --keep-yearly unlimited";
    expect(await policyOf(...counts.split(" "), "--keep-failed", "-1", "--per-task", "0")).toEqual({
      keepLast: 1,
      keepHourly: 2,
      keepDaily: 3,
      keepWeekly: 4,
      keepMonthly: 5,
      keepYearly: -1,
      keepFailed: -1,
      perTask: 0,
    });
    const periods =
      "--keep-within 1y5m7d2h --keep-within-hourly 1d --keep-within-daily 7d --keep-within-weekly 1m --keep-within-monthly 1y";
    expect(await policyOf(...periods.split(" "), "--keep-within-yearly", "2h75y")).toEqual({
      keepWithin: { years: 1, months: 5, days: 7, hours: 2 },
      keepWithinHourly: { days: 1 },
      keepWithinDaily: { days: 7 },
      keepWithinWeekly: { months: 1 },
      keepWithinMonthly: { years: 1 },
      keepWithinYearly: { hours: 2, years: 75 },
    });
    expect(await policyOf("--keep-tag", "a, b", "--keep-tag", "", "--max-size", "2G", "--min-age", "90m")).toEqual({
      keepTags: [["a", "b"], [""]],
      maxBytes: 2 * 1024 ** 3,
      minAgeDays: 1 / 16,
    });
  });

  test.each([
    ["5 --keep-last 5"],
    ["--keep 5 --keep-last 5"],
    ["--keep-daily few"],
    ["--keep-daily -2"],
    ["--keep-within 2w"],
    ["--keep-within 5"],
    ["--keep-within-daily 1d1d"],
    ["--max-size big"],
    ["--min-age 1y"],
    ["--keep unlimited"],
  ])("clean %s is wrong usage", async (line) => {
    const { status, err } = await runOnStore(["clean", ...line.split(" ")], { clean: async () => result });
    expect({ status, err }).toMatchObject({ status: 2 });
  });

  test("the text names the policy that the library went by", async () => {
    const io = fakeIo();

    await runCli(["cleanup"], io, madeUpApi({ clean: async () => result }));
    expect(io.out()).toBe(
      "Keeping 10 most recent checkpoints for 'my-feature'\n\nNothing to remove.\n\n" +
        "Keeping, and why:\n  - checkpoint-20251020-143025-step02 (most recent)\n\n✓ Kept 1 recent checkpoint\n",
    );
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
