import { defineConfig } from "vitest/config";
import { sharedSettings } from "./vitest.config.js";

/** Kill points, power cuts, long random runs: STEPBACK_DEEP_SECONDS bounds each; here only a hang is cut off. */
export default defineConfig({
  test: {
    ...sharedSettings,
    include: ["test/deep/**/*.test.ts"],
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
  },
});
