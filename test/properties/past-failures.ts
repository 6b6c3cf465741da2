/** A seed with which a mistake was found, in stepback or planted to try the model, and how many sequences it takes. */
export interface PastFailure {
  what: string;
  seed: number;
  sequences: number;
  maxCommands: number;
}

/** When the commands of the model change, a seed means other sequences: find it again before, by planting the mistake. */
export const PAST_FAILURES: readonly PastFailure[] = [
  { what: "a file that was rewritten at its old time and size was taken for unchanged (planted)", seed: 2, sequences: 6, maxCommands: 24 },
];
