import { createHash } from "node:crypto";
import { cpSync, lstatSync, readdirSync, readFileSync, readlinkSync, renameSync } from "node:fs";
import { join } from "node:path";
import { openCheckpoints, type Checkpoints, type OpenOptions } from "../../src/index.js";
import { tempFolder } from "../support/temp-change.js";

const FIXTURES = join(import.meta.dirname, "../../fixtures");

/** A copy of a change directory from `fixtures/`, with its store as it was on disk. */
export interface CopiedStore {
  directory: string;
  storePath: string;
  checkpoints: Checkpoints;
  reopen(options?: OpenOptions): Promise<Checkpoints>;
}

/** The names of the cases in `fixtures/legacy` or `fixtures/stores`. */
export function caseNames(kind: "legacy" | "stores"): string[] {
  return readdirSync(join(FIXTURES, kind), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** What `<case>.expected.json` says; the caller knows its form. */
export function readExpected(kind: "legacy" | "stores", name: string): { change_id: string } {
  return JSON.parse(readFileSync(join(FIXTURES, kind, `${name}.expected.json`), "utf8")) as { change_id: string };
}

/** Copies a case into a new folder named after its change; nothing of it is ever opened in place. */
export async function copyStore(kind: "legacy" | "stores", name: string): Promise<CopiedStore> {
  const { change_id: changeId } = readExpected(kind, name);
  const directory = join(tempFolder(), changeId);
  cpSync(join(FIXTURES, kind, name), directory, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  giveNamesBack(directory);
  const reopen = (options: OpenOptions = {}): Promise<Checkpoints> =>
    openCheckpoints(directory, { config: { durability: "none" }, ...options });
  return { directory, storePath: join(directory, ".checkpoints"), checkpoints: await reopen(), reopen };
}

/** `dot-checkpoints` becomes `.checkpoints`, `dot-gitignore` becomes `.gitignore`, and `%EF` becomes that byte. */
function giveNamesBack(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) giveNamesBack(path);
    const name = entry.name.replace(/^dot-(checkpoints|gitignore)$/, ".$1");
    const bytes = Buffer.from(decodePercent(name), "latin1");
    if (!bytes.equals(Buffer.from(entry.name))) renameSync(path, Buffer.concat([Buffer.from(`${folder}/`), bytes]));
  }
}

/** Gives a name with `%XX` the form in which `TempChange` and the pictures below show bytes. */
export function decodePercent(name: string): string {
  return name.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Everything below a folder by path: type and content; with `times` also mode and times, so that any write at all shows. */
export function pictureBelow(root: string, options: { times: boolean } = { times: false }): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (folder: Buffer, prefix: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true, encoding: "buffer" })) {
      const path = Buffer.concat([folder, Buffer.from("/"), entry.name]);
      const shown = prefix + entry.name.toString("latin1");
      found[shown] = describe(path, options.times);
      if (entry.isDirectory()) visit(path, `${shown}/`);
    }
  };
  found["."] = describe(Buffer.from(root), options.times);
  visit(Buffer.from(root), "");
  return found;
}

function describe(path: Buffer, withTimes: boolean): string {
  const stats = lstatSync(path, { bigint: true });
  const content = stats.isSymbolicLink()
    ? `-> ${readlinkSync(path, { encoding: "buffer" }).toString("latin1")}`
    : stats.isFile()
      ? createHash("sha256").update(readFileSync(path)).digest("hex")
      : "folder";
  return withTimes ? `${content} ${stats.mode.toString(8)} ${stats.mtimeNs} ${stats.ino}` : content;
}
