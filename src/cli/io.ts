/** All that the command line touches of its process, so that tests run it in process. */
export interface Io {
  /** Takes bytes only for names that no string holds. */
  stdout(text: string | Uint8Array): void;
  stderr(text: string): void;
  /** Someone can be asked: stdin and stderr are a terminal. */
  readonly isTerminal: boolean;
  /** Stderr is a terminal, which a progress bar needs; as `isTerminal` where it is not told. */
  readonly isErrorTerminal?: boolean;
  /** Stdout is a terminal, which no archive is for. */
  readonly isOutputTerminal?: boolean;
  /** The bytes of stdin; null when that is a terminal. */
  openInput?(): AsyncIterable<Uint8Array> | null;
  /** The width of the terminal in characters. */
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  now(): Date;
  /** Shows a question on stderr and gives the line that was typed; "" at the end of input or when `signal` aborts. */
  ask(question: string): Promise<string>;
  /** Lets one of several be chosen on the terminal; gives its place, null when that was cancelled. */
  chooseOne?(request: ChoiceRequest): Promise<number | null>;
  /** The same for any number of them, at least one. */
  chooseSeveral?(request: ChoiceRequest): Promise<number[] | null>;
  readonly useColor: boolean;
  /** stdout is a terminal, which text from disk must not steer. */
  readonly writesToTerminal?: boolean;
  /** Waits until stdout took all that was printed, for output of any length; tells when its reader has gone away. */
  drain?(): Promise<"taken" | "gone">;
  /** Aborts when SIGINT or SIGTERM arrives; the reason is a SignalReceived. */
  readonly signal: AbortSignal;
  /** The version of the installed package. */
  version?(): string;
  /** The process that started this one. */
  readonly parentPid?: number;
  /** Stops turning signals into aborts, because a child gets the terminal and the library forwards them. */
  handOverSignals?(): void;
}

export interface Choice {
  label: string;
  /** Shown beside the label under the cursor. */
  hint?: string;
}

export interface ChoiceRequest {
  question: string;
  choices: readonly Choice[];
  /** Where the cursor stands at first. */
  startAt?: number;
  useColor: boolean;
}

/** Why `Io.signal` aborted. */
export class SignalReceived extends Error {
  override readonly name = "AbortError";

  constructor(readonly signal: "SIGINT" | "SIGTERM") {
    super(`interrupted by ${signal}`);
  }
}
