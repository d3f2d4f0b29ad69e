import { encodeSseComment } from '../../src/sse.ts'
import * as events from './events.ts'
import { end, headers, wait, write, type Step } from './step.ts'

/** How an answer passes in time. */
export type Shape = { tokens: number; firstMs: number; gapMs: number }

type Encode = (index: number) => string

/** `encode` once per token, `perEvent` tokens and `perWrite` events at a time; the pace per token stays the shape's. */
export const paced = (
  { tokens, firstMs, gapMs }: Shape,
  encode: Encode,
  { perEvent = 1, perWrite = 1 } = {},
): Step[] => {
  const size = perEvent * perWrite
  return Array.from({ length: Math.ceil(tokens / size) }, (_, group) => {
    const first = group * size
    const count = Math.ceil(Math.min(size, tokens - first) / perEvent)
    const bytes = Array.from({ length: count }, (_event, index) => encode(first + index * perEvent)).join('')
    return [wait(group === 0 ? firstMs : gapMs * size), write(bytes, count, Math.min(size, tokens - first))]
  }).flat()
}

export const word: Encode = (index) => events.text(events.word(index))

/** The usual end: finish reason, usage, `[DONE]`. */
export const closing = ({ tokens }: Shape): Step[] => [
  write(events.finish + events.usage(tokens) + events.done),
  end,
]

export const plain = (shape: Shape): Step[] => [headers, ...paced(shape, word), ...closing(shape)]

/** The same steps with `encode` put before each write of output. */
export const interleaved = (steps: Step[], between: string): Step[] =>
  steps.flatMap((step) =>
    step.act === 'write' && step.outputs > 0 ? [write(between), step, write(between)] : [step],
  )

export const comments = encodeSseComment('ping')

/** The same text with CR LF line ends, as some proxies and frameworks write. */
export const withCarriageReturns = (steps: Step[]): Step[] =>
  steps.map((step) =>
    step.act === 'write'
      ? write(Buffer.from(step.bytes).toString('utf8').replaceAll('\n', '\r\n'), step.outputs, step.tokens)
      : step,
  )
