import type { LatencyName } from '../../result.ts'

export const latencyMeanings: Record<LatencyName, string> = {
  ttft: 'time to the first output',
  tpot: 'time per further output token, of each request',
  itl: 'time between tokens, all requests together',
  chunk_gap: 'time between reads that carried output, all requests together',
  e2e: 'time to the last output',
  service_ttft: 'time from the dispatch to the first output',
  service_e2e: 'time from the dispatch to the last output',
  delivery: 'time from the server’s own stamp of an event to its arrival',
}
