import { parseDuration } from '../../src/parse-duration.ts'
import { AppError } from '../../src/errors.ts'

const mostMs = 86_400_000

/** A flag's time, above 0. */
export const decodeMilliseconds = <T extends string | undefined>(
  flag: string,
  text: T,
): T extends string ? number : number | undefined => {
  type Result = T extends string ? number : number | undefined
  if (text === undefined) return undefined as Result
  const value = parseDuration(text)
  if (value !== undefined && value > 0 && value <= mostMs) return value as Result
  throw new AppError(
    'invalid_request',
    `--${flag} "${text}" is not a duration; write 30s, 2m or 500ms (at most 24h)`,
    { param: flag },
  )
}
