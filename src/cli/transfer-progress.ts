import { formatBytes, formatDuration } from './format.ts'

const barWidth = 24

/** Words for a transfer or a load: bar, share, rate and time left. `now` and the start are milliseconds. */
export function createTransferText(startedMs: number) {
  let first: number | undefined
  return (label: string, completed: number, total: number | null, nowMs: number): string => {
    // A resumed transfer starts in the middle: only what came since then tells the rate.
    first ??= completed
    const seconds = Math.max(0.001, (nowMs - startedMs) / 1000)
    const rate = (completed - first) / seconds
    if (total === null) return `${label} ${formatBytes(completed)}  ${formatBytes(rate)}/s`
    const share = total > 0 ? Math.min(1, completed / total) : 1
    const filled = Math.round(share * barWidth)
    const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled)
    const left = rate > 0 ? `  ${formatDuration(((total - completed) / rate) * 1000)} left` : ''
    return `${label} ${bar} ${Math.floor(share * 100)}%  ${formatBytes(completed)} of ${formatBytes(total)}  ${formatBytes(rate)}/s${left}`
  }
}
