import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../../src/cli/index.js";
import { fakeIo } from "../cli/fake-io.js";
import { tempChange, tempFolder, type TempChange } from "../support/temp-change.js";
import { hostileChange, textOf } from "./told-change.js";

test("the page tells the timeline, what each step changed, the restore, sessions, tasks and growth", async () => {
  const change = await hostileChange();
  const { html, bytes, checkpoints, warnings } = await change.checkpoints.reportPage({ period: "day" });
  expect({ checkpoints, warnings, bytes }).toEqual({ checkpoints: 6, warnings: [], bytes: Buffer.byteLength(html) });
  const text = textOf(html);
  expect(text).toContain("6 checkpoints from 2026-03-04 08:00:00 to");
  expect(text).toContain("Work by day");
  expect(text).toContain("Step 1: Write & draw 2026-03-04 08:10:00 step ✗ failed restored once");
  expect(text).toContain("Changed by step 1: Write & draw +1 added ~1 changed −1 removed");
  expect(text).toMatch(/added: \+?new\.txt 3 bytes/);
  expect(text).toContain("↺ Restored to checkpoint-20260304-081000-step01");
  expect(text).toContain("Nothing changed since checkpoint-20260304-081000-step01");
  expect(text).toContain("Changed since, in no checkpoint yet +1 added");
  expect(text).toContain("session-20260304-080000 The gauge 2026-03-04 08:00 ended, success");
  expect(text).toMatch(/7 in progress start 1 0/);
  expect(html).toContain('aria-label="Size of the directory, from 6 bytes to');
});

test("whatever a store holds is text on the page, and what nobody would see is visible", async () => {
  const { html } = await (await hostileChange()).checkpoints.reportPage();
  expect(html).not.toMatch(/<script|<img|onerror="|\u202e|\u001b|\u200b/);
  expect(html).toContain("&lt;script&gt;alert(&quot;note&quot;)&lt;/script&gt;");
  expect(html).toContain('<span class="sign">\\u202e</span>');
  expect(html).toContain('<span class="sign">\\x1b</span>');
  // Nothing on it makes a browser ask for anything, and no attribute holds a style, which the policy would refuse.
  expect([...html.matchAll(/\b(?:src|href|action|poster|data|style|on\w+)="([^"#]*)/g)].map(([, value]) => value).filter(Boolean)).toEqual(
    [],
  );
  expect(html).not.toMatch(/@import|url\(|<link|<base|<iframe|<object|<form/);
});

/** Runs `report` with the clock of the change. */
async function report(change: TempChange, args: string[], cwd = tempFolder()) {
  const io = fakeIo({ cwd });
  const status = await runCli(["--dir", change.directory, "report", ...args], io);
  return { status, out: io.out(), err: io.err(), cwd };
}

test("the command writes the page whole, over an earlier one alone", async () => {
  const change = await tempChange({ "a.txt": "one" });
  await change.checkpoints.create();
  const first = await report(change, ["--html", "page.html"]);
  expect(first).toMatchObject({ status: 0, err: "" });
  expect(first.out).toMatch(/^✓ Wrote page\.html \(1 checkpoint, \d+ kB\)\n$/);
  const path = join(first.cwd, "page.html");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await change.checkpoints.create();
  expect(await report(change, ["--html", "page.html", "--quiet"], first.cwd)).toMatchObject({ status: 0, out: "" });
  expect(textOf(readFileSync(path, "utf8"))).toContain("2 checkpoints from");
  expect(readdirSync(first.cwd)).toEqual(["page.html"]);
});

test("nothing else that stands there is touched", async () => {
  const change = await tempChange({ "a.txt": "one" });
  await change.checkpoints.create();
  const cwd = tempFolder();
  writeFileSync(join(cwd, "notes.html"), "<!doctype html>mine");
  writeFileSync(join(cwd, "empty.html"), "");
  mkdirSync(join(cwd, "folder"));
  symlinkSync("notes.html", join(cwd, "link.html"));
  for (const name of [
    "notes.html",
    "link.html",
    "folder",
    "missing/page.html",
    "/dev/null",
    join(change.checkpoints.storePath, "page.html"),
  ]) {
    const { status, err } = await report(change, ["--html", name, "--json"], cwd);
    expect([name, status, (JSON.parse(err) as { error: { code: string } }).error.code]).toEqual([name, 12, "OUTPUT_UNUSABLE"]);
  }
  expect(readFileSync(join(cwd, "notes.html"), "utf8")).toBe("<!doctype html>mine");
  expect(existsSync(join(change.checkpoints.storePath, "page.html"))).toBe(false);
  expect((await report(change, ["--html", "empty.html"], cwd)).status).toBe(0);
});

test("stdout takes the page, --json tells of the file, and what does not go together is wrong usage", async () => {
  const change = await tempChange({ "a.txt": "one" });
  await change.checkpoints.create();
  expect((await report(change, ["--html", "-", "--quiet"])).out).toMatch(/^<!doctype html>\n[^]*<\/html>\n$/);
  const { out, cwd } = await report(change, ["--html", "page.html", "--json"]);
  expect(JSON.parse(out)).toEqual({ path: join(cwd, "page.html"), bytes: expect.any(Number), checkpoints: 1, warnings: [] });
  for (const args of [
    ["--html", "-", "--json"],
    ["--html", "page.html", "--markdown"],
    ["--html", "page.html", "--detailed"],
    ["--html", "page.html", "--period", "year"],
  ]) {
    expect([args, (await report(change, args)).status]).toEqual([args, 2]);
  }
  const inside = await report(change, ["--html", join(change.directory, "page.html")]);
  expect(inside).toMatchObject({ status: 0, err: expect.stringContaining("the next checkpoint will hold it as well") });
});
