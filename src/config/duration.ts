import { z } from 'zod'
import { parseDuration } from '../parse-duration.ts'

export const duration = z.union([z.string(), z.number()]).transform((value, context) => {
  const parsed = parseDuration(value)
  if (parsed !== undefined) return parsed
  context.addIssue({ code: 'custom', message: `"${value}" is not a duration; write 30s, 2m or 500ms` })
  return z.NEVER
})
