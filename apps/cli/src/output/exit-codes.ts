/** Exit codes of the command. */
export const exitCodes = {
  /** Every line has an answer. */
  done: 0,
  /** The gateway could not be reached, or an unexpected error occurred. */
  error: 1,
  /** Wrong options, or an input that cannot be read. */
  usage: 2,
  /** The batch has ended, and some of its lines have failed. */
  linesFailed: 3,
  /** The batch failed, expired or was cancelled. */
  batchFailed: 4,
  /** Ctrl-C; the batch continues. */
  interrupted: 130,
} as const;

/** See {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
