import type { SettingReport } from "../../index.js";
import { safe } from "./safe-text.js";

/** The text of `stepback config`: a line for each setting, its value and where it comes from. */
export function configText(path: string | null, settings: readonly SettingReport[]): string {
  const width = Math.max(...settings.map(({ key }) => key.length));
  const file = path === null ? "No configuration file." : `Configuration file: ${safe(path)}`;
  const lines = settings.map((one) => `  ${one.key.padEnd(width)}  ${valueText(one)}  (${originText(one)})\n`);
  return `${file}\n\n${lines.join("")}`;
}

/** The value of one setting alone, for scripts: as the environment would have it. */
export function settingText({ text }: SettingReport): string {
  return `${text.split("\n").map(safe).join("\n")}\n`;
}

function valueText({ text }: SettingReport): string {
  return text === "" ? "none" : text.split("\n").map(safe).join(" | ");
}

function originText({ origin, defaultText }: SettingReport): string {
  if (origin.from === "default") return "default";
  const standsFor = `; default ${defaultText === "" ? "none" : safe(defaultText)}`;
  if (origin.from === "option") return `given in this call${standsFor}`;
  if (origin.from === "environment") return `${origin.variable}${standsFor}`;
  return `${safe(origin.path)}${origin.line === null ? "" : `:${origin.line}`}${standsFor}`;
}
