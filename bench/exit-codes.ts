/** What `sluice bench` adds to the exit codes of every command; documented in its help. */
export const benchExitCodes = {
  thresholdMissed: 8,
  nothingSucceeded: 9,
} as const
