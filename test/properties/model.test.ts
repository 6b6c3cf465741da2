import { describe, expect, test } from "vitest";
import { chooseSeed } from "../support/crash/seeded-random.js";
import { runModel } from "../support/model/run-model.js";
import { PAST_FAILURES } from "./past-failures.js";

test("whatever is done to a directory and its store, all is as in a plain model of it", async () => {
  expect(await runModel({ seed: chooseSeed(), sequences: 60, maxCommands: 20 })).toMatchObject({ sequences: 60 });
});

describe("what once went wrong", () => {
  test.each(PAST_FAILURES)("$what", async ({ seed, sequences, maxCommands }) => {
    expect(await runModel({ seed, sequences, maxCommands })).toMatchObject({ sequences });
  });
});
