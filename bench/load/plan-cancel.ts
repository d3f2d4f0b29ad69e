import type { Cancellation } from '../options.ts'
import { randomOf } from '../prompts/word-text.ts'
import type { CancelAfter } from '../wire/request.ts'

/** Whether and when the `index`th request is given up: the same in each thread and in each run with the seed. */
export const planCancel = (
  { rate, after }: Cancellation,
  seed: number,
  index: number,
): CancelAfter | undefined => {
  const random = randomOf(`${seed} cancel ${index}`)
  if (random() >= rate) return undefined
  const { unit, from, to } = after
  if (unit === 'milliseconds') return { milliseconds: from + random() * (to - from) }
  return { events: from + Math.floor(random() * (to - from + 1)) }
}
