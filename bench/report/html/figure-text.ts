import { formatNumber } from '../format-number.ts'

/** About three digits, with its unit: 4.21 ms, 38.2 ms, 412 ms, 12.4 s. */
export const formatTime = (milliseconds: number): string => {
  const [value, unit] = splitTime(milliseconds)
  return `${value} ${unit}`
}

/** How long a run took: 18 ms, 4.9 s, 62.0 s. */
export const formatDuration = (seconds: number): string =>
  seconds < 1 ? formatTime(seconds * 1000) : `${formatNumber(seconds, 1)} s`

export const splitTime = (milliseconds: number): [value: string, unit: string] =>
  milliseconds >= 10_000
    ? [formatThree(milliseconds / 1000), 's']
    : [milliseconds >= 1000 ? formatNumber(milliseconds, 0) : formatThree(milliseconds), 'ms']

export const formatThree = (value: number): string => {
  if (value >= 100) return formatNumber(value, 0)
  if (value >= 10) return formatNumber(value, 1)
  return formatNumber(value, value === 0 ? 0 : 2)
}
