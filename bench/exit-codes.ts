/** What `sluice bench` adds to the exit codes of every command; documented in its help. */
export const benchExitCodes = {
  thresholdMissed: 8,
  nothingSucceeded: 9,
  /** The load generator itself was too slow or too late for its figures to be the server's, or a comparison has no answer. */
  invalidRun: 10,
} as const
