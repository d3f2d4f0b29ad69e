import { AppError } from '../errors.ts'
import { parseDuration } from '../parse-duration.ts'

const iso = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?$/

/** `90d`, `12h`, or an ISO 8601 time (a bare date is midnight UTC), as an ISO 8601 time. */
export function resolveExpiry(text: string, now: number): string {
  const isTime = iso.test(text) && !Number.isNaN(Date.parse(text))
  const duration = /[a-z]$/.test(text) ? parseDuration(text) : undefined
  if (!isTime && (duration === undefined || duration <= 0)) {
    throw new AppError(
      'invalid_request',
      `--expires "${text}" is no time; write 90d, 12h or 2027-01-31T00:00:00Z`,
    )
  }
  const time = new Date(isTime ? Date.parse(text) : now + duration!)
  if (time.getTime() <= now) throw new AppError('invalid_request', `--expires "${text}" is in the past`)
  return time.toISOString()
}
