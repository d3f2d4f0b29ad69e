import { expect, test } from 'vitest'
import { job, openQueue } from './queue.test-kit.ts'
import { createTotals, unlimited } from './totals.ts'

test('runs as many as there are slots, lets the next wait, refuses the rest', () => {
  const { submit, finish, log } = openQueue({ slots: 1, queue: 1 })
  const first = job('a')
  submit(first, job('b'), job('c'))
  finish(first)
  expect(log).toEqual(['start a', 'wait b', 'refuse c: full', 'start b'])
})

test('a job that wants more slots than there are runs alone', () => {
  const { submit, finish, log } = openQueue({ slots: 2 })
  const big = job('big', { units: 8 })
  submit(big, job('small'))
  finish(big)
  expect(log).toEqual(['start big', 'wait small', 'start small'])
})

test('nobody overtakes a job that needs several slots', () => {
  const { submit, finish, log, queue } = openQueue({ slots: 2 })
  const jobs = [job('first'), job('second'), job('pair', { units: 2 }), job('small')]
  submit(...jobs)
  finish(jobs[0]!)
  expect(queue.status()).toEqual({ running: 1, waiting: 2, busySlots: 1 })
  finish(jobs[1]!)
  expect(log).toEqual(['start first', 'start second', 'wait pair', 'wait small', 'start pair'])
})

test('who leaves makes room for those behind', () => {
  const { submit, leave, log } = openQueue({ slots: 2 })
  const pair = job('pair', { units: 2 })
  submit(job('first'), pair, job('small'), job('smaller'))
  leave(pair)
  expect(log.slice(4)).toEqual(['start small'])
})

test('finishing or leaving twice changes nothing', () => {
  const { submit, finish, leave, queue } = openQueue()
  const jobs = [job('a'), job('b'), job('c')]
  submit(...jobs)
  expect([finish(jobs[0]!, 5), finish(jobs[0]!, 5)]).toEqual([5, 0])
  leave(jobs[1]!)
  expect(queue.status()).toEqual({ running: 1, waiting: 1, busySlots: 1 })
})

test('more slots start waiting jobs at once; fewer let running ones finish first', () => {
  const { submit, finish, queue, log } = openQueue()
  const jobs = [job('a'), job('b'), job('c')]
  submit(...jobs)
  log.length = 0
  queue.resize(2)
  expect(log).toEqual(['start b'])
  queue.resize(1)
  finish(jobs[0]!)
  expect(log).toEqual(['start b'])
  finish(jobs[1]!)
  expect(log).toEqual(['start b', 'start c'])
})

test('keys take turns; each is served in its own order', () => {
  const { submit, drain } = openQueue()
  submit(job('a0', { key: 'a' }), job('a1', { key: 'a' }), job('a2', { key: 'a' }), job('a3', { key: 'a' }))
  submit(job('b1', { key: 'b' }), job('b2', { key: 'b' }), job('c1', { key: 'c' }))
  expect(drain()).toEqual(['b1', 'c1', 'a1', 'b2', 'a2', 'a3'])
})

test('a key whose jobs hold their slot for longer gets fewer turns', () => {
  const { submit, started, running, finish } = openQueue()
  for (let index = 0; index < 60; index++)
    for (const key of ['long', 'short']) submit(job(`${key}${index}`, { key }))
  const spent = { long: 0, short: 0 }
  for (let step = 0; step < 50; step++) {
    const [next] = running
    const key = next!.key as keyof typeof spent
    const ms = key === 'long' ? 400 : 100
    spent[key] += ms
    finish(next!, ms)
  }
  expect(Math.abs(spent.long - spent.short)).toBeLessThanOrEqual(400)
  expect(started.filter(({ key }) => key === 'short').length).toBeGreaterThan(38)
})

test('higher classes go first, but a lower one is passed over eight times at most', () => {
  const { submit, drain } = openQueue({ queue: 1000 })
  submit(job('running'))
  for (let index = 0; index < 30; index++)
    for (const priority of ['low', 'normal', 'high'] as const) submit(job(priority[0]!, { priority }))
  expect(drain().join('')).toMatch(/^h{8}lnh{7}lhnh{6}/)
})

test('a key may hold its share of the queue while others wait, and all of it alone', () => {
  const { submit, log, waiting, leave } = openQueue({ queue: 4, share: 0.5 })
  const mine = ['a1', 'a2', 'a3', 'a4'].map((name) => job(name, { key: 'a' }))
  submit(job('running'), ...mine)
  expect(waiting.size).toBe(4)
  submit(job('b1', { key: 'b' }), job('a5', { key: 'a' }))
  leave(mine[0]!)
  submit(job('a6', { key: 'a' }))
  expect(log.slice(5)).toEqual(['refuse a4: displaced', 'wait b1', 'refuse a5: share', 'refuse a6: share'])
})

test('a full queue makes room for whoever holds fewer places, until all hold the same', () => {
  const { submit, waiting } = openQueue({ queue: 9 })
  submit(job('running'))
  for (const key of ['a', 'b', 'c'])
    for (let index = 0; index < 9; index++) submit(job(`${key}${index}`, { key }))
  expect([...waiting].map(({ name }) => name)).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2', 'c0', 'c1', 'c2'])
})

test('in a full queue a higher class takes the place of a lower one, never the other way round', () => {
  const { submit, log } = openQueue({ queue: 1 })
  submit(job('running'), job('low', { priority: 'low' }), job('high', { priority: 'high', key: 'vip' }))
  submit(job('other', { key: 'other' }))
  expect(log.slice(1)).toEqual(['wait low', 'refuse low: displaced', 'wait high', 'refuse other: full'])
})

test('a place that would come too late is refused at once', () => {
  const { submit, log } = openQueue()
  submit(job('running'), job('a', { lastPlace: 1 }), job('b', { lastPlace: 1 }))
  // Behind nobody of its own, so its turn is the second although two wait.
  submit(job('c', { lastPlace: 3 }), job('d', { lastPlace: 2, key: 'other' }))
  expect(log.slice(1)).toEqual(['wait a', 'refuse b: hopeless', 'wait c', 'wait d'])
})

test('bounds over all models: who runs, who waits, and how much that holds', () => {
  const totals = createTotals({ ...unlimited, running: 1, waiting: 2, waitingBytes: 100 })
  const one = openQueue({ slots: 4 }, totals)
  const other = openQueue({ slots: 4 }, totals)
  const first = job('first')
  one.submit(first, job('second', { bytes: 60 }))
  other.submit(job('large', { bytes: 60 }), job('third', { bytes: 40 }), job('fourth'))
  expect(one.log).toEqual(['start first', 'wait second'])
  expect(other.log).toEqual(['refuse large: memory', 'wait third', 'refuse fourth: house'])
  expect(totals.status()).toEqual({ running: 1, waiting: 2, waitingBytes: 100 })
  one.finish(first)
  one.drain()
  expect([one.log.at(-1), other.log.at(-1)]).toEqual(['start second', 'start third'])
  other.drain()
  expect(totals.status()).toEqual({ running: 0, waiting: 0, waitingBytes: 0 })
})

test('one key never holds more than its share of all places, nor of their memory', () => {
  const totals = createTotals({ ...unlimited, waiting: 4, waitingBytes: 100, share: 0.5 })
  const one = openQueue({}, totals)
  const other = openQueue({}, totals)
  one.submit(job('running'), job('a1', { key: 'a' }))
  other.submit(job('running'), job('a2', { key: 'a' }), job('a3', { key: 'a' }))
  other.submit(
    job('b1', { key: 'b', bytes: 40 }),
    job('b2', { key: 'b', bytes: 20 }),
    job('b3', { key: 'b' }),
  )
  expect(other.log.slice(1)).toEqual([
    'wait a2',
    'refuse a3: share',
    'wait b1',
    'refuse b2: memory',
    'wait b3',
  ])
  // The house is full; here two of the places are of one key.
  other.submit(job('c1', { key: 'c' }))
  one.submit(job('c2', { key: 'c' }))
  expect([other.log.slice(6), one.log.slice(2)]).toEqual([
    ['refuse b3: displaced', 'wait c1'],
    ['refuse c2: house'],
  ])
})

test('models take turns at the places that are shared between all', () => {
  const totals = createTotals({ ...unlimited, running: 1 })
  const queues = [openQueue({}, totals), openQueue({}, totals)]
  const log: string[] = []
  for (const [index, { submit }] of queues.entries())
    for (let count = 0; count < 4; count++) submit(job(`${index}${count}`))
  for (let step = 0; step < 7; step++) {
    const owner = queues.find(({ running }) => running.size > 0)!
    const [next] = owner.running
    log.push(next!.name[0]!)
    owner.finish(next!)
  }
  expect(log.join('')).toMatch(/^0(10){3}|^0(01){3}/)
})
