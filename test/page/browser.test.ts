import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { inflateSync } from "node:zlib";
import { expect } from "vitest";
import { testWith } from "../support/requirements.js";
import { tempFolder } from "../support/temp-change.js";
import { hostileChange, textOf } from "./told-change.js";

/** Where the screenshots stay, for whoever wants to look at them. */
const ARTEFACTS = process.env["STEPBACK_ARTEFACTS"] ?? tmpdir();

testWith(["chromium"], "a browser shows the page as it is meant, asks nobody for anything, and has nothing to complain of", async () => {
  const folder = tempFolder();
  const { html } = await (await hostileChange()).checkpoints.reportPage({ output: join(folder, "page.html") });
  const light = await browse(join(folder, "page.html"), { name: "report-page-light", size: "1100,3000" });
  expect({ console: light.console, asked: light.asked }).toEqual({ console: [], asked: [] });
  expect(light.dom).toContain('<ol class="timeline" role="list">');
  expect(textOf(light.dom)).toContain('<script>alert("note")</script>');
  // What the browser made of the page has the elements that were written, and no other.
  expect(tagsOf(light.dom)).toEqual(tagsOf(html));
  expect(light.corner).toBe("ffffff");

  // With its policy taken out, so that a script can measure: on a phone only the tables scroll sideways.
  const measured = html.replace(/<meta http-equiv[^>]*>/, "").replace("</body>", `<script>${MEASURE}</script></body>`);
  writeFileSync(join(folder, "measured.html"), measured);
  const dark = await browse(join(folder, "measured.html"), { name: "report-page-dark-narrow", size: "500,4200", isDark: true });
  expect(dark.dom).toMatch(/<title>fits<\/title>/);
  expect(dark.corner).toBe("0d1117");
});

testWith(["chromium"], "what the browser is watched for would be seen", async () => {
  const path = join(tempFolder(), "guarded.html");
  const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src *">`;
  const content = `<img src="http://stepback.invalid/spy.png"><script>document.title = "ran";</script>`;
  writeFileSync(path, `<!doctype html>${policy}<title>x</title>${content}`);
  const { asked, console, dom } = await browse(path);
  expect(asked).toEqual(["GET http://stepback.invalid/spy.png"]);
  expect(console.join()).toContain("script");
  expect(dom).toContain("<title>x</title>");
});

const MEASURE = `const { scrollWidth, clientWidth } = document.documentElement;
  document.title = scrollWidth <= clientWidth ? "fits" : scrollWidth + " in " + clientWidth;`;

/** Opens a page in a browser of its own, whose every way to the network leads to a proxy that writes down what was asked for. */
async function browse(path: string, { name = "", size = "800,600", isDark = false } = {}) {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(404).end();
  });
  proxy.on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
  });
  const screenshot = join(name === "" ? tempFolder() : ARTEFACTS, `stepback-${name}.png`);
  mkdirSync(ARTEFACTS, { recursive: true });
  try {
    const { stdout, stderr } = await runBrowser([
      ...FLAGS,
      `--user-data-dir=${tempFolder()}`,
      `--proxy-server=http://127.0.0.1:${await listen(proxy)}`,
      `--window-size=${size}`,
      `--screenshot=${screenshot}`,
      ...(isDark ? ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] : []),
      pathToFileURL(path).href,
    ]);
    const console = stderr.split("\n").filter((line) => line.includes("CONSOLE"));
    return {
      dom: stdout,
      console,
      asked: asked.filter((request) => !OWN_AFFAIRS.test(request)),
      corner: cornerOf(readFileSync(screenshot)),
    };
  } finally {
    proxy.close();
  }
}

/** What a browser asks its maker for whatever it shows, and here does not get. */
const OWN_AFFAIRS = /^\w+ (?:https?:\/\/)?[\w.-]+\.(?:google|googleapis|gstatic)\.com[:/]/;

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  "--enable-logging=stderr",
  "--dump-dom",
];

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function runBrowser(args: string[]): Promise<{ stdout: string; stderr: string }> {
  const child = spawn("chromium", args, { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [status] = (await once(child, "close")) as [number | null];
  expect(status, stderr).toBe(0);
  return { stdout, stderr };
}

/** The start tags of a page in their order. */
function tagsOf(page: string): string[] {
  return [...page.replace(/<style>[^]*?<\/style>/, "").matchAll(/<([a-z][a-z0-9]*)[\s>/]/g)].map(([, tag]) => tag as string);
}

/** The colour of a picture's first pixel, which every filter of a PNG leaves as it is. */
function cornerOf(png: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  return inflateSync(Buffer.concat(parts)).toString("hex", 1, 4);
}
