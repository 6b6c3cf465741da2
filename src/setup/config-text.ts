import { defaultConfig, showSetting } from "../config/index.js";
import { CONFIG_DOCUMENT, type DocumentedSetting } from "../formats/index.js";

const WIDTH = 100;

const HEAD = `# Settings of stepback, each as it holds when nothing is said. To change one, take the # away from its line, and from that
# of its group. \`stepback config\` shows what holds, and where it comes from.
`;

/** Gives the text of a configuration file with every setting, its meaning and its default, all of it commented out. */
export function formatConfigText(): string {
  const defaults = defaultConfig();
  const show = (key: string, name: string): string => `#${name}: ${showSetting(defaults, key)}`;
  const paragraphs = CONFIG_DOCUMENT.map(({ key, description, members }) => {
    if (members === undefined) return [...prose(description), show(key, key)];
    const inside = members.flatMap((member) => [...prose(member.description, "#  # "), show(`${key}.${member.key}`, `  ${member.key}`)]);
    return [...prose(description), `#${key}:`, ...inside];
  });
  return [HEAD, ...paragraphs.map((lines) => `${lines.join("\n")}\n`)].join("\n");
}

/** The dotted keys that the text has. */
export function documentedKeys(settings: readonly DocumentedSetting[] = CONFIG_DOCUMENT): string[] {
  return settings.flatMap(({ key, members }) => (members === undefined ? [key] : members.map((member) => `${key}.${member.key}`)));
}

function prose(text: string, start = "# "): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length >= WIDTH) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => start + one);
}
