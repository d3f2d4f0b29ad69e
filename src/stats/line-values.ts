const longestText = 1024

/** PostgreSQL refuses NUL and half surrogate pairs in texts. */
export function readText(value: unknown, longest = longestText): string | null {
  if (typeof value !== 'string') return null
  // Nearly always: to look is half the work of making another.
  if (value.length <= longest && !value.includes('\0') && value.isWellFormed()) return value
  return value.slice(0, longest).replaceAll('\0', '').toWellFormed()
}

export function needText(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new TypeError('a text is missing')
  return readText(value)!
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
export const readCount = (value: unknown): number => (isCount(value) ? value : 0)
export const readTime = (value: unknown): number | null =>
  typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : null

export function needCount(value: unknown): number {
  if (!isCount(value)) throw new TypeError('a number is missing')
  return value
}
