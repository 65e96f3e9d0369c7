/** Exit codes of the command line; stable. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  authentication: 4,
  resumable: 5,
  unchecked: 6,
  waiting: 8,
  bug: 70,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface ErrorEntry {
  readonly exit: ExitCode;
  /** When this error is given, in one sentence without a final period. */
  readonly when: string;
  /** The next step, one imperative sentence, used where the error itself brings no better one. */
  readonly hint: string;
}
