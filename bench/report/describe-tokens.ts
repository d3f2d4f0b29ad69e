import type { BenchResult } from '../result.ts'
import { formatCount, formatNumber } from './format-number.ts'

/** Who counted the output tokens. */
export const countedBy = {
  usage: 'counted by the server',
  tokenizer: "counted with the server's tokenizer",
  events: 'counted as stream events',
  mixed: 'counted partly as stream events',
  none: 'not counted',
}

/** How far stream events are from tokens, where both are known and differ; a tool that counts chunks is off by this. */
export const describeChunks = ({ tokens, stream, configuration }: BenchResult): string => {
  const { tokens_per_event: perEvent, events } = stream
  if (perEvent === null || !configuration.stream || tokens.output === 0) return ''
  const off = (events - tokens.output) / tokens.output
  if (Math.abs(off) < 0.01) return ''
  const share = `${formatNumber(Math.abs(off) * 100, 1)} % ${off < 0 ? 'fewer' : 'more'}`
  return `; ${formatCount(events)} stream events, ${share}`
}
