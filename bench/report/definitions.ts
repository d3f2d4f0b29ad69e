/** What each figure is. docs/bench.md has the same sentences, which a test holds together. */
export const definitions = {
  ttft: 'from the dispatch, in an open loop from the scheduled moment, to the first output: text, reasoning, a refusal or a tool call\'s arguments; never a role chunk',
  tpot: 'from the first to the last output, divided by the server\'s token count less one; one value for each request',
  itl: 'between a read with output and the next one; only where one event is one token and arrives by itself; all requests together',
  chunk_gap: 'the same where events are not tokens, and the report says why',
  e2e: 'from the dispatch, in an open loop from the scheduled moment, to the last output; a late usage chunk or a slow close is not in it',
  requests_per_second: 'requests that succeeded, over the time from the first dispatch to the last end',
  output_tokens_per_second: 'output tokens of requests that succeeded, over the same time; the server\'s own count where it gives one',
  total_tokens_per_second: 'prompt and output tokens together, by the server\'s own count',
  goodput: 'requests that kept every limit of --goodput, of all that ended; a failed one keeps none',
  error_rate: 'requests that failed, of all that ended; cancelled ones count as neither',
} as const // prettier-ignore
export type Defined = keyof typeof definitions
