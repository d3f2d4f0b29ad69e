import type { Timestamp } from './wire-types.ts'

export const encodeTimestamp = (date: Date): Timestamp => {
  const seconds = Math.floor(date.getTime() / 1000)
  return { seconds, nanos: (date.getTime() - seconds * 1000) * 1e6 }
}

export const decodeTimestamp = ({ seconds = 0, nanos = 0 }: Timestamp = {}): Date =>
  new Date(seconds * 1000 + nanos / 1e6)
