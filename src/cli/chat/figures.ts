import type { ChatTimings, ChatUsage } from './completer.ts'

/** One answer as its reader felt it; usage and timings where the server tells them. */
export type Figures = {
  ttftMs: number
  totalMs: number
  usage: ChatUsage | undefined
  timings: ChatTimings | undefined
}

/** The engine's own decode time, else what passed here after the first token, which then does not count. */
export const tokensPerSecond = ({ ttftMs, totalMs, usage, timings }: Figures): number | undefined => {
  if (usage === undefined || usage.completionTokens === 0) return undefined
  if (timings !== undefined && timings.decodeMs > 0) return (usage.completionTokens * 1000) / timings.decodeMs
  const decodeMs = totalMs - ttftMs
  return decodeMs > 0 && usage.completionTokens > 1
    ? ((usage.completionTokens - 1) * 1000) / decodeMs
    : undefined
}

export const formatMs = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`

const count = (tokens: number): string => tokens.toLocaleString('en-US')
const speed = (figures: Figures): string => {
  const rate = tokensPerSecond(figures)
  return rate === undefined ? 'unknown' : `${rate.toFixed(1)} tokens/s`
}
const prompt = (usage: ChatUsage): string =>
  `${count(usage.promptTokens)} (${count(usage.cachedTokens)} cached)`

/** The line after each answer under `--verbose`. */
export const summarize = (figures: Figures): string =>
  [
    `ttft ${formatMs(figures.ttftMs)}`,
    ...(figures.usage
      ? [`prompt ${prompt(figures.usage)}`, `answer ${count(figures.usage.completionTokens)} tokens`]
      : []),
    speed(figures),
    `total ${formatMs(figures.totalMs)}`,
  ].join(' · ')

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)

/** Two columns: the last answer, and all answers since the chat started. */
export const describeFigures = (all: Figures[]): string[] => {
  const last = all.at(-1)
  if (last === undefined) return ['No answers yet.']
  const usages = all.flatMap(({ usage }) => usage ?? [])
  const total = {
    promptTokens: sum(usages.map((usage) => usage.promptTokens)),
    cachedTokens: sum(usages.map((usage) => usage.cachedTokens)),
    completionTokens: sum(usages.map((usage) => usage.completionTokens)),
  }
  const rated = all.filter((figures) => tokensPerSecond(figures) !== undefined)
  const seconds = sum(rated.map((one) => one.usage!.completionTokens / tokensPerSecond(one)!))
  const tokens = sum(rated.map((one) => one.usage!.completionTokens))
  const rows = [
    ['', 'last answer', `session (${all.length})`],
    ['prompt tokens', last.usage ? prompt(last.usage) : 'unknown', prompt(total)],
    [
      'answer tokens',
      last.usage ? count(last.usage.completionTokens) : 'unknown',
      count(total.completionTokens),
    ],
    [
      'first token',
      formatMs(last.ttftMs),
      `${formatMs(sum(all.map((one) => one.ttftMs)) / all.length)} mean`,
    ],
    ['speed', speed(last), seconds > 0 ? `${(tokens / seconds).toFixed(1)} tokens/s` : 'unknown'],
    ['total time', formatMs(last.totalMs), formatMs(sum(all.map((one) => one.totalMs)))],
  ]
  return rows.map(([name = '', one = '', every = '']) => `  ${name.padEnd(16)}${one.padEnd(20)}${every}`)
}

/** What `--json` prints; null where the server did not say. */
export const toWireTimings = (figures: Figures) => ({
  ttft_ms: round(figures.ttftMs),
  total_ms: round(figures.totalMs),
  tokens_per_second: round(tokensPerSecond(figures)),
  queue_ms: round(figures.timings?.queueMs),
  prefill_ms: round(figures.timings?.prefillMs),
  decode_ms: round(figures.timings?.decodeMs),
})
export const toWireUsage = (usage: ChatUsage | undefined) =>
  usage && {
    prompt_tokens: usage.promptTokens,
    cached_tokens: usage.cachedTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
  }

function round(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 10) / 10
}
