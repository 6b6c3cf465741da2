import { expect, test } from "vitest";
import { quotePath } from "../../src/diff/index.js";

test.each([
  ["plain/path-1.txt", "plain/path-1.txt"],
  ["it's $x;*", "it's $x;*"],
  ["ünï", '"\\303\\274n\\303\\257"'],
  ['quo"te\\', '"quo\\"te\\\\"'],
  ["tab\tline\nbell\u0007del\u007f", '"tab\\tline\\nbell\\adel\\177"'],
  ["raw \udcff", '"raw \\377"'],
])("%j is quoted as git does", (path, quoted) => {
  expect(quotePath(path, { spaces: false })).toBe(quoted);
});

test("a space is quoted only where it is asked for", () => {
  expect(quotePath("a b", { spaces: false })).toBe("a b");
  expect(quotePath("a b", { spaces: true })).toBe('"a b"');
});
