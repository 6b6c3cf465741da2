/** Puts the report of a run between the two markers of `docs/performance.md`. */
import { readFile, writeFile } from "node:fs/promises";
import { format, resolveConfig } from "prettier";

const START = "<!-- bench:start, written by `npm run bench -- --write-docs` -->";
const END = "<!-- bench:end -->";

/** @throws Error when the page has not both markers */
export async function writeDocs(path, report) {
  const page = await readFile(path, "utf8");
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`${path} has not the markers ${START} and ${END}`);
  const text = `${page.slice(0, start + START.length)}\n\n${report}\n\n${page.slice(end)}`;
  await writeFile(path, await format(text, { ...(await resolveConfig(path)), parser: "markdown" }));
}
