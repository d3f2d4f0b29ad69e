import type { Sample } from './samples.ts'

/** A kept request's TPOT, by the rule of the report: not of one that failed, has one token or came in a single read. */
export const timePerTokenOf = ({ ttft, e2e, output_tokens: tokens = 0, error }: Sample): number | undefined =>
  ttft === undefined || e2e === undefined || error !== undefined || tokens < 2 || e2e <= ttft
    ? undefined
    : (e2e - ttft) / (tokens - 1)
