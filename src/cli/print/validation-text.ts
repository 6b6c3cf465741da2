import type { ValidationReport } from "../../index.js";
import { safe } from "./safe-text.js";
import { durationText } from "./time-text.js";

/** The text of `stepback validate`. */
export function validationText({ isValid, errors, warnings, statusText, tests, testsPassing }: ValidationReport): string {
  const lines = [
    `${isValid ? "✓" : "✗"} ${safe(statusText.charAt(0).toUpperCase() + statusText.slice(1))}`,
    ...errors.map((error) => `✗ ${safe(error)}`),
    ...warnings.map((warning) => `⚠ ${safe(warning)}`),
    ...(tests === null ? [] : [`${testsPassing === true ? "✓" : "✗"} \`${safe(tests.command)}\` took ${durationText(tests.durationMs)}`]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
