import { defineConfig, type TestUserConfig } from "vitest/config";

/** What the everyday tests and the deep ones have in common. */
export const sharedSettings = {
  environment: "node",
  pool: "forks",
  // Vitest leaves one core to itself, which does next to nothing.
  maxWorkers: "100%",
  globalSetup: ["test/support/global-setup.ts"],
  reporters: ["default", "./test/support/final-line-reporter.ts"],
} satisfies TestUserConfig;

export default defineConfig({
  test: {
    ...sharedSettings,
    include: ["test/**/*.test.ts"],
    exclude: ["test/deep/**"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
