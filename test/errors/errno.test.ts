import { constants } from "node:os";
import { expect, test } from "vitest";
import { codeOf, hasCode, messageOf } from "../../src/errors/index.js";

/** As Node makes them of a number that its portability layer has no name for. */
function nameless(number: number, code = `Unknown system error -${number}`): Error {
  return Object.assign(new Error(`${code}: ${code}, rename 'a'`), { code, errno: -number });
}

test.each(["EDQUOT", "ESTALE"] as const)("%s is known by its number", (name) => {
  const error = nameless(constants.errno[name]);
  expect(hasCode(error, name)).toBe(true);
  expect(messageOf(error)).toMatch(new RegExp(`^${name}: `));
});

test("a write's error without a name is known too", () => {
  expect(codeOf(nameless(constants.errno.EDQUOT, "UNKNOWN"))).toBe("EDQUOT");
});

test("a number that means nothing keeps what Node calls it", () => {
  expect(codeOf(nameless(9999))).toBe("Unknown system error -9999");
});

test.each([undefined, null, "ENOENT", new Error("plain"), { code: "ENOENT" }])("%s has no code", (thrown) => {
  expect(codeOf(thrown)).toBeUndefined();
});
