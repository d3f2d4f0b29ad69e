import type { LiveRun } from '../load/live-run.ts'
import { createLiveHistory, tokensOf, type LiveHistory } from './live-history.ts'
import { renderSparkline } from './sparkline.ts'
import { formatCount, formatNumber } from './format-number.ts'

export type Progress = { stop(): void }
type Screen = { isTTY?: boolean; columns?: number; write(text: string): unknown }

/** Eight times a second is smooth to an eye and nothing to the loop that measures. */
const intervalMs = 125

/**
 * Draws a few lines in place on a terminal; in a pipe it draws nothing. The threads that measure only leave counters
 * in shared memory: however slow a terminal is, it holds up none of them.
 */
export const startProgress = (
  screen: Screen,
  live: LiveRun,
  stopped: AbortSignal,
  environment: NodeJS.ProcessEnv = process.env,
): Progress => {
  if (screen.isTTY !== true || environment['TERM'] === 'dumb') return { stop: () => {} }
  const history = createLiveHistory()
  const dim = environment['NO_COLOR']
    ? (text: string) => text
    : (text: string) => `\u001B[2m${text}\u001B[22m`
  // The cursor stays at the end of the last line: up to the first one, and everything from there goes.
  let erase = '\r\u001B[J'
  const draw = (): void => {
    const now = performance.now()
    live.refresh?.()
    history.update(live, now)
    // Some terminals say 0 when they do not know.
    const lines = renderLive(live, history, {
      now,
      stopping: stopped.aborted,
      columns: screen.columns || 80,
      dim,
    })
    screen.write(`${erase}${lines.join('\n')}`)
    erase = lines.length > 1 ? `\r\u001B[${lines.length - 1}A\u001B[J` : '\r\u001B[J'
  }
  draw()
  const timer = setInterval(draw, intervalMs)
  return {
    stop() {
      clearInterval(timer)
      screen.write(erase)
    },
  }
}

type View = { now: number; stopping: boolean; columns: number; dim: (text: string) => string }

/** Every line is shorter than the screen is wide: a wrapped one could not be taken back. */
export const renderLive = (
  live: LiveRun,
  history: LiveHistory,
  { now, stopping, columns, dim }: View,
): string[] => {
  const first = renderProgress(live, now, stopping).slice(0, columns - 1)
  if (live.phase !== 'measuring') return [first]
  const width = Math.min(60, columns - 26)
  if (width < 8) return [first]
  const lines = [
    { label: 'TTFT', unit: 'ms', digits: 1, values: history.ttft() },
    { label: 'tokens/s', unit: '', digits: 0, values: history.tokensPerSecond() },
  ].filter(({ values }) => values.some((value) => value !== undefined && value > 0))
  return [
    first,
    ...lines.map(({ label, unit, digits, values }) => {
      const latest = values.findLast((value) => value !== undefined) ?? 0
      const figure = `${formatNumber(latest, digits)} ${unit}`.trim().padStart(12)
      return `${dim(label.padEnd(9))}${figure}  ${renderSparkline(values.slice(-width))}`
    }),
  ]
}

export const renderProgress = (live: LiveRun, now: number, stopping: boolean): string => {
  if (live.phase === 'connecting') return 'connecting'
  if (live.phase === 'calibrating') return 'measuring what the load generator itself adds'
  if (live.phase === 'counting') return "counting tokens with the server's tokenizer"
  const seconds = (now - live.phaseStartedAt) / 1000
  const ended = live.succeeded + live.failed
  const parts = [
    stopping ? 'stopping (Ctrl-C again quits at once)' : live.phase,
    live.phase === 'measuring' && !stopping && describeTimeLeft(live, ended, seconds),
    `${formatCount(ended)}${live.requests === undefined ? '' : `/${formatCount(live.requests)}`} requests`,
    `${live.inFlight} in flight`,
    live.phase === 'measuring' && `${perSecond(ended, seconds)} requests/s`,
    live.phase === 'measuring' && `${perSecond(tokensOf(live), seconds)} tokens/s`,
    live.failed > 0 && `${formatCount(live.failed)} failed`,
  ]
  return parts.filter((part) => typeof part === 'string').join(' · ')
}

const perSecond = (count: number, seconds: number): string =>
  formatNumber(seconds > 0 ? count / seconds : 0, 1)

const describeTimeLeft = (
  { requests, durationMs }: LiveRun,
  ended: number,
  seconds: number,
): string | false => {
  const byTime = durationMs === undefined ? Number.POSITIVE_INFINITY : durationMs / 1000 - seconds
  const byCount =
    requests === undefined || ended === 0 ? Number.POSITIVE_INFINITY : ((requests - ended) * seconds) / ended
  const left = Math.min(byTime, byCount)
  if (!Number.isFinite(left)) return false
  return left <= 0 ? 'waiting for the last answers' : `${Math.ceil(left)} s left`
}
