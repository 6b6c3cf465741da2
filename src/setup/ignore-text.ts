/** Something that a tool makes and can make again. */
interface Product {
  pattern: string;
  /** The files of projects whose tools make it. */
  makers: readonly string[];
  /** `maker`: named as soon as a maker is there. `folder`: only when the folder is there too. `alone`: the folder tells enough. */
  when: "maker" | "folder" | "alone";
}

const NODE = ["package.json"];
const PYTHON = ["pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "tox.ini"];
const GRADLE = ["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"];

/** Names that people also give to what they write (`build`, `dist`, `vendor` …) count only where their tool is at home. */
const PRODUCTS: readonly Product[] = [
  { pattern: "node_modules/", makers: NODE, when: "maker" },
  { pattern: "node_modules/", makers: [], when: "alone" },
  { pattern: ".next/", makers: NODE, when: "alone" },
  { pattern: ".nuxt/", makers: NODE, when: "alone" },
  { pattern: ".turbo/", makers: NODE, when: "alone" },
  { pattern: ".parcel-cache/", makers: NODE, when: "alone" },
  { pattern: "dist/", makers: [...NODE, ...PYTHON], when: "folder" },
  { pattern: "build/", makers: [...NODE, ...PYTHON], when: "folder" },
  { pattern: "coverage/", makers: NODE, when: "folder" },
  { pattern: "target/", makers: ["Cargo.toml", "pom.xml"], when: "maker" },
  { pattern: ".venv/", makers: PYTHON, when: "maker" },
  { pattern: ".venv/", makers: [], when: "alone" },
  { pattern: "venv/", makers: PYTHON, when: "folder" },
  { pattern: "__pycache__/", makers: PYTHON, when: "maker" },
  { pattern: "__pycache__/", makers: [], when: "alone" },
  { pattern: ".pytest_cache/", makers: PYTHON, when: "maker" },
  { pattern: ".mypy_cache/", makers: [], when: "alone" },
  { pattern: ".ruff_cache/", makers: [], when: "alone" },
  { pattern: ".tox/", makers: PYTHON, when: "alone" },
  { pattern: ".gradle/", makers: GRADLE, when: "maker" },
  { pattern: ".gradle/", makers: [], when: "alone" },
  { pattern: "build/", makers: GRADLE, when: "maker" },
  { pattern: "vendor/", makers: ["go.mod", "composer.json"], when: "folder" },
  { pattern: "vendor/bundle/", makers: ["Gemfile"], when: "maker" },
  { pattern: "_build/", makers: ["mix.exs", "dune-project"], when: "maker" },
  { pattern: "deps/", makers: ["mix.exs"], when: "folder" },
  { pattern: ".terraform/", makers: [], when: "alone" },
];

const HEAD = `# What checkpoints leave out, in the syntax of .gitignore. A restore never touches what is left out.
`;

const NOTHING_FOUND = `
# Nothing was found here that a tool could make again. Such lines would leave out a folder, and all files of a kind:
# node_modules/
# *.log
`;

/** Gives the text of first ignore rules for a directory with these names in it. Pure. */
export function formatIgnoreText(names: ReadonlySet<string>): string {
  const byReason = new Map<string, string[]>();
  const chosen = new Set<string>();
  for (const { pattern, makers, when } of PRODUCTS) {
    const maker = makers.find((name) => names.has(name));
    const isThere = names.has(pattern.slice(0, -1));
    const applies = when === "maker" ? maker !== undefined : isThere && (when === "alone" || maker !== undefined);
    if (!applies || chosen.has(pattern)) continue;
    chosen.add(pattern);
    const reason = maker === undefined ? "it is there" : `because of ${maker}`;
    byReason.set(reason, [...(byReason.get(reason) ?? []), pattern]);
  }
  if (chosen.size === 0) return HEAD + NOTHING_FOUND;
  return HEAD + [...byReason].map(([reason, patterns]) => `\n# ${reason}\n${patterns.join("\n")}\n`).join("");
}
