/**
 * Loaded before a measured program (`node --require`): writes its peak memory in bytes to descriptor 3 when it ends.
 *
 * On Linux the kernel's high-water mark of this program (VmHWM), because the maximum in `resourceUsage` also counts the process that
 * started it, up to the moment when the program was loaded in its place.
 */
"use strict";
const { readFileSync, writeSync } = require("node:fs");

process.once("exit", () => writeSync(3, String(readPeakBytes())));

function readPeakBytes() {
  const inKibibytes =
    process.platform === "linux" ? /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1] : undefined;
  return 1024 * Number(inKibibytes ?? process.resourceUsage().maxRSS);
}
