import { expect, test } from "vitest";
import { parseRefStorage } from "../../src/git-head/ref-storage.js";

test.each([
  ["[extensions]\n\trefStorage = reftable\n", "reftable"],
  ["[core]\n\tbare = false\n[Extensions]\r\n\tREFSTORAGE=reftable\r\n", "reftable"],
  ['[extensions] refstorage = "RefTable" ; in one line\n', "reftable"],
  ["[ extensions ]\nobjectformat = sha256\nrefstorage = reftable # why\n", "reftable"],
  ["[extensions]\nrefstorage = files\n[extensions]\nrefstorage = reftable", "reftable"],
  ["[extensions]\nrefstorage = files:///elsewhere\n", "files:///elsewhere"],
  ["[extensions]\nrefstorage = reftable\nrefstorage = files\n", "files"],
  ["[extensions]\n# refstorage = reftable\n;refstorage = reftable\n", "files"],
  ["[other]\nrefstorage = reftable\n", "files"],
  ['[extensions "sub"]\nrefstorage = reftable\n', "files"],
  ["[extensions]\nobjectformat = sha256\n[core]\nrefstorage = reftable\n", "files"],
  ["", "files"],
])("%j keeps its refs as %s", (config, storage) => {
  expect(parseRefStorage(config)).toBe(storage);
});
