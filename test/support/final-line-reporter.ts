import type { Reporter, TestModule, TestSuite } from "vitest/node";

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Ends every run with one line for scripts: `12 passed, 0 failed`, and `, 3 skipped` when some were.
 *
 * What fails outside a test (a file that does not load, a hook, an unhandled rejection, a run that stops) counts as failed.
 * With STEPBACK_REQUIRE_ALL=1 a skipped test is named and counts as failed too.
 */
export default class FinalLineReporter implements Reporter {
  readonly #requiresAll = process.env["STEPBACK_REQUIRE_ALL"] === "1";
  #counts: Counts | undefined;

  onInit(): void {
    // Nothing can be printed after this: whatever the other reporters still had to say, they said before the exit.
    process.once("exit", (status) => this.#printFinalLine(status));
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts: Counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const skippedNames: string[] = [];
    for (const module of modules) {
      counts.failed += countSuiteFailures(module);
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "pending") counts.failed++;
        else counts[state]++;
        if (state === "skipped") skippedNames.push(`${module.relativeModuleId} > ${test.fullName}`);
      }
    }
    this.#counts = this.#requiresAll ? refuseSkipped(counts, skippedNames) : counts;
  }

  #printFinalLine(status: number): void {
    const { passed, failed, skipped } = this.#counts ?? { passed: 0, failed: 1, skipped: 0 };
    // A run that fails for a reason beyond its tests (no files found, say) must not end in "0 failed".
    const shownFailed = status !== 0 && failed === 0 ? 1 : failed;
    // On a terminal an invisible sequence that shows the cursor again may stand in the line already.
    const lineStart = process.stdout.isTTY ? "\n" : "";
    process.stdout.write(`${lineStart}${passed} passed, ${shownFailed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
  }
}

/** A file that does not load and a hook that throws fail no test of their own. */
function countSuiteFailures(module: TestModule): number {
  const suites: (TestModule | TestSuite)[] = [module, ...module.children.allSuites()];
  return suites.filter((suite) => suite.errors().length > 0).length;
}

function refuseSkipped(counts: Counts, skippedNames: readonly string[]): Counts {
  if (skippedNames.length === 0) return counts;
  process.exitCode = 1;
  process.stderr.write(
    `Skipped, but STEPBACK_REQUIRE_ALL=1 wants every test to run:\n${skippedNames.map((name) => `  ${name}\n`).join("")}`,
  );
  return { passed: counts.passed, failed: counts.failed + counts.skipped, skipped: 0 };
}
