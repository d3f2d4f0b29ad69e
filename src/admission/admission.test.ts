import { expect, test, vi } from 'vitest'
import { createAdmission } from './admission.ts'
import { createServiceTime } from './service-time.ts'

const { signal } = new AbortController()
const guest = { units: 1, key: 'k', signal }

test('a place is given once and comes back once', async () => {
  const admission = createAdmission({ slots: 1, queue: 2, maxWaitMs: 60_000 })
  const release = await admission.enter(guest)
  const second = admission.enter(guest)
  const third = admission.enter(guest)
  expect(admission.status()).toEqual({ running: 1, waiting: 2, slots: 1, queue: 2 })
  release()
  release()
  await second
  expect(admission.status()).toEqual({ running: 1, waiting: 1, slots: 1, queue: 2 })
  ;(await second)()
  ;(await third)()
  expect(admission.status()).toEqual({ running: 0, waiting: 0, slots: 1, queue: 2 })
})

test('a waiting caller can ask for his place', async () => {
  const admission = createAdmission({ slots: 1, queue: 5, maxWaitMs: 60_000 })
  const release = await admission.enter(guest)
  const ahead = admission.enter(guest)
  let place = () => 0
  const last = admission.enter({ ...guest, onWait: (ask) => (place = ask) })
  expect(place()).toBe(2)
  release()
  const next = await ahead
  expect(place()).toBe(1)
  next()
  await last
})

test('a full queue refuses at once, with numbers and a time to come back', async () => {
  const admission = createAdmission({ slots: 1, queue: 0, maxWaitMs: 60_000 })
  await admission.enter(guest)
  await expect(admission.enter(guest)).rejects.toMatchObject({
    code: 'queue_full',
    status: 429,
    retryAfterMs: 2000,
    details: { running: 1, waiting: 0 },
  })
})

test('an abort leaves the queue at once with the reason of the signal', async () => {
  const admission = createAdmission({ slots: 1, queue: 5, maxWaitMs: 60_000 })
  const release = await admission.enter(guest)
  const controller = new AbortController()
  const waiting = admission.enter({ ...guest, signal: controller.signal })
  const behind = admission.enter(guest)
  const reason = new Error('gone')
  controller.abort(reason)
  expect(admission.status().waiting).toBe(1)
  await expect(waiting).rejects.toBe(reason)
  await expect(admission.enter({ ...guest, signal: controller.signal })).rejects.toBe(reason)
  release()
  await behind
})

test('the longest wait has an end', async () => {
  vi.useFakeTimers()
  try {
    const admission = createAdmission({ slots: 1, queue: 5, maxWaitMs: 3000 })
    await admission.enter(guest)
    const waiting = expect(admission.enter(guest)).rejects.toMatchObject({
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

test('a wait that would be too long is refused at once, with a time that was measured', async () => {
  vi.useFakeTimers()
  try {
    const admission = createAdmission({ slots: 1, queue: 100, maxWaitMs: 10_000 })
    for (let count = 0; count < 20; count++) {
      const release = await admission.enter(guest)
      vi.advanceTimersByTime(4000)
      release()
    }
    const release = await admission.enter(guest)
    const [first, second] = [admission.enter(guest), admission.enter(guest)]
    await expect(admission.enter(guest)).rejects.toMatchObject({
      code: 'overloaded',
      retryAfterMs: 12_000,
      details: { running: 1, waiting: 2, retry_after_ms: 12_000 },
      message: expect.stringContaining('12 s'),
    })
    const hurried = { ...guest, key: 'other' }
    // His turn would come in 8 s: other keys' jobs take turns with his.
    await expect(admission.enter({ ...hurried, deadline: performance.now() + 7000 })).rejects.toMatchObject({
      code: 'overloaded',
    })
    const patient = admission.enter({ ...hurried, deadline: performance.now() + 9000 })
    release()
    await Promise.all([patient, first, second].map(async (turn) => (await turn)()))
    expect(admission.status()).toMatchObject({ running: 0, waiting: 0 })
  } finally {
    vi.useRealTimers()
  }
})

test('at the same moment the error of whose deadline it is comes first', async () => {
  vi.useFakeTimers()
  try {
    const admission = createAdmission({ slots: 1, queue: 5, maxWaitMs: 60_000 })
    await admission.enter(guest)
    const [own, error] = [new AbortController(), new Error('out of time')]
    const wait = admission.enter({ ...guest, deadline: performance.now() + 500, signal: own.signal })
    const refused = expect(wait).rejects.toBe(error)
    setTimeout(() => own.abort(error), 501)
    await vi.advanceTimersByTimeAsync(600)
    await refused
    expect(admission.status().waiting).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('nobody waits a second beyond his deadline, even if he does not leave', async () => {
  vi.useFakeTimers()
  try {
    const admission = createAdmission({ slots: 1, queue: 5, maxWaitMs: 60_000 })
    await admission.enter(guest)
    const refused = expect(
      admission.enter({ ...guest, deadline: performance.now() + 500 }),
    ).rejects.toMatchObject({ code: 'overloaded', message: expect.stringContaining('0.5 s') })
    await vi.advanceTimersByTimeAsync(1500)
    await refused
    expect(admission.status().waiting).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('estimates a wait from what requests took, and advises between one second and one minute', () => {
  const serviceTime = createServiceTime()
  expect(serviceTime.estimate(1, 1).adviceMs).toBe(2000)
  expect(serviceTime.lastPlaceWithin(0, 1)).toBe(Number.POSITIVE_INFINITY)
  for (let count = 0; count < 50; count++) serviceTime.record(4000)
  expect(serviceTime.estimate(1, 1).adviceMs).toBe(4000)
  expect(serviceTime.estimate(8, 4).adviceMs).toBe(8000)
  expect(serviceTime.estimate(1, 100).adviceMs).toBe(1000)
  expect(serviceTime.estimate(101, 1).adviceMs).toBe(60_000)
  expect(serviceTime.estimate(101, 1).expectedMs).toBe(404_000)
  expect(serviceTime.lastPlaceWithin(10_000, 2)).toBe(5)
})
