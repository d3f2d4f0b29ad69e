import { z } from 'zod'

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const ago = /^(\d{1,6})([smhd])$/
const iso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/
const explain = 'write a time such as 2027-01-31T00:00:00Z, or how long ago: 30m, 24h, 7d'

/** The values of a query are text; a name that comes twice has a list, which this refuses. */
const text = z.string().min(1).max(1000)

/** A time, as milliseconds since 1970. Neither before 1970 nor far ahead: both are slips of the pen. */
export const time = text.transform((value, context) => {
  const found = ago.exec(value)
  const ms = found
    ? Date.now() - Number(found[1]) * unitMs[found[2] as keyof typeof unitMs]
    : iso.test(value)
      ? Date.parse(value)
      : Number.NaN
  if (ms >= 0) return ms
  context.addIssue({ code: 'custom', message: explain })
  return z.NEVER
})

export const name = text

export const limit = (usual: number) =>
  text
    .regex(/^\d{1,9}$/, 'write a whole number')
    .transform(Number)
    .pipe(z.number().min(1).max(1000))
    .default(usual)

/** `404`, or `4xx` for its class, as lowest and highest. */
export const status = text
  .regex(/^([1-5]\d\d|[1-5]xx)$/, 'write a status such as 429, or a class such as 4xx')
  .transform((value): [number, number] => [
    Number(value.replace('xx', '00')),
    Number(value.replace('xx', '99')),
  ])

/** Opaque to callers, who only give back what they got. */
export const cursor = text.transform((value, context) => {
  const found = /^(\d{1,16}):(.{1,200})$/.exec(Buffer.from(value, 'base64url').toString('utf8'))
  if (found) return { at: Number(found[1]), id: found[2]! }
  context.addIssue({ code: 'custom', message: 'is no cursor; give back "next" of the page before' })
  return z.NEVER
})

export const encodeCursor = ({ at, id }: { at: number; id: string }): string =>
  Buffer.from(`${at}:${id}`).toString('base64url')
