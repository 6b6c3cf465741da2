import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { flushFolders } from "../../src/platform/index.js";
import { asOrdinaryUser } from "../support/requirements.js";
import { tempFolder } from "../support/temp-change.js";

test("a file that is closed even to its owner is made durable with all others", async () => {
  const folder = tempFolder();
  chmodSync(folder, 0o777);
  await asOrdinaryUser(async () => {
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "sub/closed"), "text");
    chmodSync(join(folder, "sub/closed"), 0);
    await expect(flushFolders([join(folder, "sub")], 2)).resolves.toBeUndefined();
  });
});

test("a folder that is gone is no success", async () => {
  await expect(flushFolders([join(tempFolder(), "gone")], 2)).rejects.toMatchObject({ code: "ENOENT" });
});
