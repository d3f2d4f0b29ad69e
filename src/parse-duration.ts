const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const pattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/

/** A number of seconds, or `500ms`, `30s`, `2m`, `1h` (as Go writes them), `30d`. Gives milliseconds; undefined: not a duration. */
export function parseDuration(text: string | number): number | undefined {
  if (typeof text === 'number') return Number.isFinite(text) && text >= 0 ? text * 1000 : undefined
  const match = pattern.exec(text.trim())
  if (match) return Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
  return /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) * 1000 : undefined
}
