import type { Io } from "../../src/cli/index.js";

export interface FakeIo extends Io {
  /** All that was printed on stdout. */
  out(): string;
  /** All that was printed on stderr. */
  err(): string;
  /** The questions that were asked. */
  readonly questions: string[];
}

/** An Io that remembers; without `answers` nobody is at a terminal. */
export function fakeIo({ answers, ...parts }: Partial<Io> & { answers?: string[] } = {}): FakeIo {
  const printed = { out: "", err: "" };
  const questions: string[] = [];
  return {
    stdout: (text) => {
      printed.out += typeof text === "string" ? text : Buffer.from(text).toString("latin1");
    },
    stderr: (text) => {
      printed.err += text;
    },
    isTerminal: answers !== undefined,
    columns: 80,
    env: {},
    cwd: "/home/ada",
    now: () => new Date("2025-10-20T15:00:00Z"),
    ask: async (question) => {
      questions.push(question);
      return answers?.shift() ?? "";
    },
    useColor: false,
    signal: new AbortController().signal,
    version: () => "1.2.3",
    ...parts,
    out: () => printed.out,
    err: () => printed.err,
    questions,
  };
}
