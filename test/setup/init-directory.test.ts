import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkConfig } from "../../src/config/check-config.js";
import { defaultConfig } from "../../src/config/index.js";
import { SETTINGS } from "../../src/config/settings.js";
import { initDirectory, loadConfig } from "../../src/index.js";
import { documentedKeys, formatConfigText } from "../../src/setup/config-text.js";
import { formatIgnoreText } from "../../src/setup/ignore-text.js";
import { parse } from "yaml";
import { runLine } from "../end-to-end/command-line.js";
import { tempChange, tempFolder } from "../support/temp-change.js";

describe("the configuration", () => {
  test("has every setting there is", () => {
    expect(documentedKeys()).toEqual([...SETTINGS.keys()].filter((key) => key !== "$schema"));
  });

  test("changes nothing as it stands, nor with every comment sign taken away", () => {
    const text = formatConfigText();
    expect(parse(text)).toBeNull();
    const taken = parse(text.replace(/^#(?! \S)/gm, "")) as unknown;
    expect(checkConfig(taken)).toMatchObject({ config: defaultConfig(), problems: [] });
  });

  test("tells of each what it means, in lines that a person reads", () => {
    const lines = formatConfigText().split("\n");
    const settings = lines.flatMap((line, at) => (/^#( {2})?[a-z_]+:/.test(line) ? [lines[at - 1]] : []));
    expect(settings.length).toBeGreaterThan(10);
    for (const above of settings) expect(above).toMatch(/^#( {2}#)? \S/);
    expect(lines.filter((line) => line.length > 130)).toEqual([]);
  });
});

describe("the ignore rules", () => {
  const rules = (...names: string[]) =>
    formatIgnoreText(new Set(names))
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));

  test.each<[string[], string[]]>([
    [["package.json"], ["node_modules/"]],
    [
      ["package.json", "dist", ".next", "src"],
      ["node_modules/", ".next/", "dist/"],
    ],
    [["Cargo.toml"], ["target/"]],
    [["pyproject.toml"], [".venv/", "__pycache__/", ".pytest_cache/"]],
    [
      ["pom.xml", "package.json"],
      ["node_modules/", "target/"],
    ],
    [["build.gradle.kts"], [".gradle/", "build/"]],
    [["go.mod"], []],
    [["go.mod", "vendor"], ["vendor/"]],
    [
      ["node_modules", "__pycache__"],
      ["node_modules/", "__pycache__/"],
    ],
    // Somebody may have written these.
    [["build", "dist", "vendor", "target", "coverage"], []],
    [["proposal.md", "specs"], []],
  ])("for %j are %j", (names, expected) => {
    expect(rules(...names)).toEqual(expected);
  });
});

describe("init", () => {
  test("finds the directory as every command does, with the settings of the call", async () => {
    const { directory } = await tempChange({ "changes/one/a.txt": "1" });
    const { status } = await runLine(directory, ["init", "--change-id", "one", "--set", "changes_root=changes"]);
    expect(status).toBe(0);
    expect(existsSync(join(directory, "changes/one/.checkpointignore"))).toBe(true);
  });

  test("writes both files, which then hold", async () => {
    const change = await tempChange({ "package.json": "{}", "node_modules/a/index.js": "1", "a.txt": "1" });
    const done = await runLine(change.directory, ["init"]);
    expect(done).toMatchObject({ status: 0, err: "" });
    expect(done.out).toBe(`✓ Wrote ${change.directory}/.stepback.yaml\n✓ Wrote ${change.directory}/.checkpointignore\n`);
    expect(readdirSync(change.directory).sort()).toEqual([".checkpointignore", ".stepback.yaml", "a.txt", "node_modules", "package.json"]);
    expect((await loadConfig(change.directory)).config).toEqual(defaultConfig());
    expect(statSync(join(change.directory, ".stepback.yaml")).mode & 0o777).toBe(0o666 & ~process.umask());
    const { files } = await (await change.reopen()).create();
    expect(files).toEqual([".checkpointignore", ".stepback.yaml", "a.txt", "package.json"]);
  });

  test("never touches what is there, and says so", async () => {
    const change = await tempChange({ ".stepback.json": "{}", ".checkpointignore": "mine/" });
    const before = change.picture();
    const { out, status } = await runLine(change.directory, ["init"]);
    expect({ out, status }).toEqual({
      out: `– Kept ${change.directory}/.stepback.json: it is there already\n– Kept ${change.directory}/.checkpointignore: it is there already\n`,
      status: 0,
    });
    expect(change.picture()).toEqual(before);
  });

  test("leaves a dangling symlink alone, too", async () => {
    const change = await tempChange();
    symlinkSync("/nowhere/rules", join(change.directory, ".checkpointignore"));
    expect((await initDirectory(change.directory)).files[1]).toMatchObject({ action: "kept" });
  });

  test("does not put an empty configuration in front of one that holds from above", async () => {
    const root = tempFolder();
    writeFileSync(join(root, ".stepback.yaml"), "max_checkpoints: 7\n");
    const directory = join(root, "change");
    mkdirSync(directory);
    const { files } = await initDirectory(directory);
    expect(files.map(({ path, action }) => [path, action])).toEqual([
      [join(root, ".stepback.yaml"), "kept"],
      [join(directory, ".checkpointignore"), "written"],
    ]);
    expect((await loadConfig(directory)).config.maxCheckpoints).toBe(7);
  });

  test("shows with --dry-run exactly what it then writes", async () => {
    const change = await tempChange({ "Cargo.toml": "" });
    const shown = JSON.parse((await runLine(change.directory, ["init", "--dry-run", "--json"])).out) as {
      dry_run: boolean;
      files: { path: string; action: string; text: string }[];
    };
    expect(shown).toMatchObject({ dry_run: true, files: [{ action: "would_write" }, { action: "would_write" }] });
    expect(existsSync(join(change.directory, ".stepback.yaml"))).toBe(false);
    expect((await runLine(change.directory, ["init", "--dry-run"])).out).toContain("    target/\n");
    await initDirectory(change.directory);
    for (const { path, text } of shown.files) expect(readFileSync(path, "utf8")).toBe(text);
  });

  test("of a folder that is not there is an error", async () => {
    await expect(initDirectory(join(tempFolder(), "none"))).rejects.toMatchObject({ code: "DIRECTORY_NOT_FOUND" });
  });
});
