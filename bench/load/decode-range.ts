/** One value or two with a dash between: times with a unit, or whole numbers without one. */
export type Range = { unit: 'milliseconds' | 'events'; from: number; to: number }

const factors = { ms: 1, s: 1000, m: 60_000 }
const pattern = /^(\d+(?:\.\d+)?)(ms|s|m)?$/
/** A day; a timer holds no more than 24 of them. */
const longestMs = 86_400_000

/** `500ms`, `1s-3s`, `8`, `1-16`; undefined where it is none of them. */
export const decodeRange = (text: string): Range | undefined => {
  const parts = text.split('-').map((part) => pattern.exec(part.trim()))
  const [first, last = first] = parts
  if (parts.length > 2 || first == null || last == null) return undefined
  // `1-3s` means seconds both times.
  const unit = (last[2] ?? first[2]) as keyof typeof factors | undefined
  const scale = (match: RegExpExecArray): number =>
    Number(match[1]) * (unit === undefined ? 1 : factors[(match[2] ?? unit) as keyof typeof factors])
  const [from, to] = [scale(first), scale(last)]
  if (from > to || to > longestMs) return undefined
  if (unit !== undefined) return { unit: 'milliseconds', from, to }
  return Number.isInteger(from) && Number.isInteger(to) ? { unit: 'events', from, to } : undefined
}
