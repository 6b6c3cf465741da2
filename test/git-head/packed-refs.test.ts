import { expect, test } from "vitest";
import { findPackedRef } from "../../src/git-head/packed-refs.js";
import { ID, OTHER_ID, SHA256_ID } from "./git-folders.js";

const NAME = "refs/heads/main";
const HEADER = "# pack-refs with: peeled fully-peeled sorted \n";

test.each([
  ["first, without a header", `${ID} ${NAME}\n${OTHER_ID} refs/heads/other\n`],
  ["last, without a line end", `${HEADER}${OTHER_ID} refs/heads/other\n${ID} ${NAME}`],
  ["last, with half a line end", `${HEADER}${ID} ${NAME}\r`],
  ["between CRLF lines", `${HEADER.trimEnd()}\r\n${OTHER_ID} refs/heads/a\r\n${ID} ${NAME}\r\n${OTHER_ID} refs/heads/z\r\n`],
  ["after names that it begins or ends", `${OTHER_ID} ${NAME}-2\n${OTHER_ID} ${NAME}/x\n${OTHER_ID} refs/x/${NAME}\n${ID} ${NAME}\n`],
  ["after a tag that is peeled", `${OTHER_ID} refs/tags/v1\n^${OTHER_ID}\n${ID} ${NAME}\n^${OTHER_ID}\n`],
  ["after comments that name it", `# ${NAME}\n#${OTHER_ID} ${NAME}\n${ID} ${NAME}\n`],
  ["with its id in capitals", `${ID.toUpperCase()} ${NAME}\n`],
])("a ref is found %s", (_, file) => {
  expect(findPackedRef(Buffer.from(file), NAME)).toEqual({ id: ID });
});

test("a SHA-256 id is found", () => {
  expect(findPackedRef(Buffer.from(`${SHA256_ID} ${NAME}\n`), NAME)).toEqual({ id: SHA256_ID });
});

test.each([
  ["an empty file", ""],
  ["a file with a header only", HEADER],
  ["a file with longer names only", `${ID} ${NAME}2\n${ID} ${NAME}/a\n`],
  ["a file that names it in a comment only", `# see ${NAME}\n`],
  ["a file cut off within the name", `${ID} ${NAME.slice(0, -1)}`],
])("%s has no such ref", (_, file) => {
  expect(findPackedRef(Buffer.from(file), NAME)).toBeUndefined();
});

test.each([
  ["half an id", ID.slice(1)],
  ["no id", ""],
  ["zeros", "0".repeat(40)],
  ["words", "not an id"],
])("a line with %s is damaged", (_, id) => {
  expect(findPackedRef(Buffer.from(`${OTHER_ID} refs/heads/a\n${id} ${NAME}\n`), NAME)).toBe("damaged");
});
