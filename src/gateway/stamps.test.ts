import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { nameMachineClock, stampHeader } from '../machine-clock.ts'
import { parseEvents } from './http-client.test-kit.ts'
import { post, streamed } from './open-gateway.test-kit.ts'

type Stamped = { sent_ms?: number; error?: unknown }

const clock = nameMachineClock()
const monotonicNow = () => Number(process.hrtime.bigint()) / 1e6
const failing = async (index: number) => {
  if (index === 0) return
  // The first text leaves at the end of the turn in which it came.
  for (let turn = 0; turn < 3; turn += 1) await setImmediate()
  throw new AppError('engine_failed', 'the engine died')
}

// Where the system names no clock, nobody can ask.
test.skipIf(clock === undefined)('who reads the same clock is told when each event was sent', async () => {
  const before = monotonicNow()
  const { body } = await post({}, streamed({ stream_options: { include_usage: true } }), undefined, {
    [stampHeader]: clock!,
  })
  const sent = parseEvents<Stamped>(body).map(({ sent_ms: at }) => at!)
  expect(sent).toHaveLength(5)
  expect(sent).toEqual(sent.toSorted((left, right) => left - right))
  expect(sent[0]).toBeGreaterThanOrEqual(before)
  expect(sent.at(-1)).toBeLessThanOrEqual(monotonicNow())
  expect(body).toMatch(/data: \[DONE\]\n\n$/)
})

test.skipIf(clock === undefined)('a failure in mid-stream is stamped too, and is JSON', async () => {
  const { body } = await post({ script: { step: failing } }, streamed(), undefined, { [stampHeader]: clock! })
  const last = parseEvents<Stamped>(body).at(-1)!
  expect(last).toMatchObject({ sent_ms: expect.any(Number), error: { code: 'engine_failed' } })
})

test.each([[{}], [{ [stampHeader]: '' }], [{ [stampHeader]: 'f'.repeat(32) }]])(
  'with %j nothing is stamped',
  async (headers: Record<string, string>) => {
    const { body, statusCode } = await post({}, streamed(), undefined, headers)
    expect(statusCode).toBe(200)
    expect(body).not.toContain('sent_ms')
  },
)
