import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Everything about a tree that must come back, by path; the store is left out. */
export function pictureOf(directory: string): Record<string, string> {
  return { ".": attributesOf(directory), ...readTree(directory, (path) => `${attributesOf(path)} ${describeContent(path)}`, true) };
}

/** Describes every file below a folder, by path; the store is left out. */
export function readTree(root: string, describe: (path: Buffer | string) => string, withFolders = false): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (folder: Buffer, prefix: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true, encoding: "buffer" })) {
      const shown = prefix + entry.name.toString("latin1");
      if (shown === ".checkpoints") continue;
      const path = Buffer.concat([folder, Buffer.from("/"), entry.name]);
      if (!entry.isDirectory()) found[shown] = describe(path);
      else {
        if (withFolders) found[`${shown}/`] = attributesOf(path);
        visit(path, `${shown}/`);
      }
    }
  };
  visit(Buffer.from(root), "");
  return Object.fromEntries(Object.entries(found).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function attributesOf(path: Buffer | string): string {
  const stats = lstatSync(path, { bigint: true });
  const mode = stats.isSymbolicLink() ? "link" : (Number(stats.mode) & 0o7777).toString(8);
  return `${mode} ${stats.mtimeNs / 1000n}`;
}

export function describeContent(path: Buffer | string): string {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return `-> ${readlinkSync(path, { encoding: "buffer" }).toString("latin1")}`;
  return stats.isFile() ? readFileSync(path).toString("latin1") : "special";
}
