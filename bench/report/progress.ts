import type { LiveRun } from '../load/live-run.ts'
import { formatCount, formatNumber } from './format-number.ts'

export type Progress = { stop(): void }
type Screen = { isTTY?: boolean; columns?: number; write(text: string): unknown }

/** Eight times a second is smooth to an eye and nothing to the loop that measures. */
const intervalMs = 125

/** Draws one line in place on a terminal; in a pipe it draws nothing. */
export const startProgress = (screen: Screen, live: LiveRun, stopped: AbortSignal): Progress => {
  if (screen.isTTY !== true) return { stop: () => {} }
  const draw = (): void => {
    // Some terminals say 0 when they do not know.
    const line = renderProgress(live, performance.now(), stopped.aborted)
    screen.write(`\r\u001B[2K${line.slice(0, (screen.columns || 80) - 1)}`)
  }
  draw()
  const timer = setInterval(draw, intervalMs)
  return {
    stop() {
      clearInterval(timer)
      screen.write('\r\u001B[2K')
    },
  }
}

export const renderProgress = (live: LiveRun, now: number, stopping: boolean): string => {
  if (live.phase === 'connecting') return 'connecting'
  const seconds = (now - live.phaseStartedAt) / 1000
  const ended = live.succeeded + live.failed
  const parts = [
    `${stopping ? 'stopping' : live.phase}  ${formatCount(ended)}${live.requests === undefined ? '' : `/${formatCount(live.requests)}`} requests`,
    `${live.inFlight} in flight`,
    live.phase === 'measuring' && `${perSecond(ended, seconds)} requests/s`,
    // Stream events are close enough to tokens for a line that lives an eighth of a second.
    live.phase === 'measuring' &&
      `${perSecond(Math.max(live.contentEvents, live.outputTokens), seconds)} tokens/s`,
    live.failed > 0 && `${formatCount(live.failed)} failed`,
    live.phase === 'measuring' && !stopping && describeTimeLeft(live, ended, seconds),
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
