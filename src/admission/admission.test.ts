import { expect, test, vi } from 'vitest'
import { createAdmission } from './admission.ts'
import { createServiceTime } from './service-time.ts'

const quiet = () => {}
const { signal } = new AbortController()

test('a place is given once and comes back once', async () => {
  const admission = createAdmission({ slots: 1, queue: 2, maxWaitMs: 60_000 })
  const release = await admission.enter(1, signal, quiet)
  const second = admission.enter(1, signal, quiet)
  const third = admission.enter(1, signal, quiet)
  expect(admission.status()).toEqual({ running: 1, waiting: 2, slots: 1, queue: 2 })
  release()
  release()
  await second
  expect(admission.status()).toEqual({ running: 1, waiting: 1, slots: 1, queue: 2 })
  ;(await second)()
  ;(await third)()
  expect(admission.status()).toEqual({ running: 0, waiting: 0, slots: 1, queue: 2 })
})

test('tells a waiting caller its position', async () => {
  const admission = createAdmission({ slots: 1, queue: 5, maxWaitMs: 60_000 })
  const release = await admission.enter(1, signal, quiet)
  const ahead = admission.enter(1, signal, quiet)
  const positions: number[] = []
  const last = admission.enter(1, signal, (position) => positions.push(position))
  release()
  ;(await ahead)()
  await last
  expect(positions).toEqual([2, 1])
})

test('a full queue refuses at once, with numbers and a time to come back', async () => {
  const admission = createAdmission({ slots: 1, queue: 0, maxWaitMs: 60_000 })
  await admission.enter(1, signal, quiet)
  await expect(admission.enter(1, signal, quiet)).rejects.toMatchObject({
    code: 'queue_full',
    status: 429,
    retryAfterMs: 2000,
    details: { running: 1, waiting: 0 },
  })
})

test('an abort leaves the queue at once with the reason of the signal', async () => {
  const admission = createAdmission({ slots: 1, queue: 5, maxWaitMs: 60_000 })
  const release = await admission.enter(1, signal, quiet)
  const controller = new AbortController()
  const waiting = admission.enter(1, controller.signal, quiet)
  const behind = admission.enter(1, signal, quiet)
  const reason = new Error('gone')
  controller.abort(reason)
  expect(admission.status().waiting).toBe(1)
  await expect(waiting).rejects.toBe(reason)
  await expect(admission.enter(1, controller.signal, quiet)).rejects.toBe(reason)
  release()
  await behind
})

test('the longest wait has an end', async () => {
  vi.useFakeTimers()
  try {
    const admission = createAdmission({ slots: 1, queue: 5, maxWaitMs: 3000 })
    await admission.enter(1, signal, quiet)
    const waiting = expect(admission.enter(1, signal, quiet)).rejects.toMatchObject({
      code: 'overloaded',
      status: 503,
    })
    await vi.advanceTimersByTimeAsync(3000)
    await waiting
    expect(admission.status().waiting).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('estimates a wait from what requests took, between one second and one minute', () => {
  const serviceTime = createServiceTime()
  expect(serviceTime.estimateWaitMs(0, 1)).toBe(2000)
  for (let count = 0; count < 50; count++) serviceTime.record(4000)
  expect(serviceTime.estimateWaitMs(0, 1)).toBe(4000)
  expect(serviceTime.estimateWaitMs(7, 4)).toBe(8000)
  expect(serviceTime.estimateWaitMs(0, 100)).toBe(1000)
  expect(serviceTime.estimateWaitMs(100, 1)).toBe(60_000)
})
