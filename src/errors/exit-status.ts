/** The exit statuses of the command line; `docs/cli.md` holds the same table and a test compares them. */
export const EXIT = {
  done: 0,
  fault: 1,
  usage: 2,
  incomplete: 3,
  notFound: 10,
  locked: 11,
  unusable: 12,
  damaged: 13,
  refused: 15,
  configuration: 16,
  noSpace: 17,
  runnerFailed: 125,
  cannotExecute: 126,
  commandNotFound: 127,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];
