import { AppError } from '../src/errors.ts'

/** Longest times, in milliseconds, under which a request counts as good. */
export type GoodputLimits = Partial<Record<GoodputMetric, number>>
type GoodputMetric = 'ttft' | 'tpot' | 'e2e'

/** vLLM writes `e2el`, NVIDIA's tools write names in full. */
const spellings = new Map<string, GoodputMetric>([
  ['ttft', 'ttft'],
  ['time_to_first_token', 'ttft'],
  ['tpot', 'tpot'],
  ['inter_token_latency', 'tpot'],
  ['e2e', 'e2e'],
  ['e2el', 'e2e'],
  ['request_latency', 'e2e'],
])

/** Reads `ttft:500`, `ttft:500ms`, `ttft:0.5s`, and several in one text with spaces between them. */
export const parseGoodput = (texts: string[]): GoodputLimits => {
  const limits: GoodputLimits = {}
  for (const text of texts.flatMap((part) => part.split(/[\s,]+/)).filter((part) => part !== '')) {
    const match = /^([a-z0-9_]+):(\d+(?:\.\d+)?)(ms|s)?$/i.exec(text)
    if (match === null) throw refuse(text, 'expected METRIC:MILLISECONDS, e.g. ttft:500')
    const metric = spellings.get(match[1]!.toLowerCase())
    if (metric === undefined) throw refuse(text, `there is no "${match[1]}" here; use ttft, tpot or e2e`)
    if (limits[metric] !== undefined) throw refuse(text, `${metric} has a limit already`)
    limits[metric] = Number(match[2]) * (match[3]?.toLowerCase() === 's' ? 1000 : 1)
  }
  return limits
}

const refuse = (text: string, reason: string): AppError =>
  new AppError('invalid_request', `--goodput "${text}": ${reason}`, { param: 'goodput' })
