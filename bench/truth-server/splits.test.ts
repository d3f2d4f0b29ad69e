import { expect, test } from 'vitest'
import { splitEverywhere, splitInTwo } from './splits.ts'
import type { Step } from './step.ts'
import { plain } from './streams.ts'

const shape = { tokens: 8, firstMs: 1, gapMs: 1 }
const bytesOf = (steps: Step[]): string =>
  Buffer.concat(steps.flatMap((step) => (step.act === 'write' ? [step.bytes] : []))).toString('utf8')
const outputsOf = (steps: Step[]): number =>
  steps.reduce((sum, step) => sum + (step.act === 'write' ? step.outputs : 0), 0)

test('an answer in single bytes is the same answer, and its outputs end with their last byte', () => {
  const steps = plain(shape)
  const split = splitEverywhere(steps)
  expect(bytesOf(split)).toBe(bytesOf(steps))
  expect(outputsOf(split)).toBe(8)
  for (const step of split) {
    if (step.act !== 'write') continue
    expect(step.bytes).toHaveLength(1)
    if (step.outputs > 0) expect(Buffer.from(step.bytes).toString()).toBe('\n')
  }
})

test('over enough answers each event is cut at each of its bytes', () => {
  const steps = plain(shape)
  const whole = steps.filter((step) => step.act === 'write' && step.outputs > 0)
  const longest = Math.max(...whole.map((step) => (step.act === 'write' ? step.bytes.length : 0)))
  const seen = new Set<string>()
  for (let serial = 0; serial < longest; serial += 1) {
    const split = splitInTwo(steps, serial, 4)
    expect(bytesOf(split)).toBe(bytesOf(steps))
    const writes = split.filter((step) => step.act === 'write')
    for (const [index, step] of writes.entries()) {
      const tail = writes[index + 1]
      if (step.outputs === 0 && tail?.outputs === 1) {
        seen.add(`${Buffer.concat([step.bytes, tail.bytes]).toString()}@${step.bytes.length}`)
      }
    }
  }
  const wanted = new Set(
    whole.flatMap((step) =>
      step.act === 'write'
        ? Array.from(
            { length: step.bytes.length - 1 },
            (_, at) => `${Buffer.from(step.bytes).toString()}@${at + 1}`,
          )
        : [],
    ),
  )
  expect(seen).toEqual(wanted)
})
