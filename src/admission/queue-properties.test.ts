import { expect, test } from 'vitest'
import type { Priority } from './priority.ts'
import { job, openQueue, random, type NamedJob } from './queue.test-kit.ts'

const seeds = [1, 2, 3, 4, 5]
const keys = ['a', 'b', 'c', 'd']
const priorities: Priority[] = ['high', 'normal', 'low']

test.each(seeds)('holds its promises through any order of events (seed %i)', (seed) => {
  const next = random(seed)
  const pick = <T>(list: readonly T[]) => list[Math.floor(next() * list.length)]!
  const limits = { slots: 1 + Math.floor(next() * 4), queue: Math.floor(next() * 12), share: 0.5 }
  const { queue, running, waiting, started, finish, leave } = openQueue(limits)
  let slots = limits.slots
  const submitted: NamedJob[] = []
  const held = new Map<NamedJob, number>()
  for (let step = 0; step < 4000; step++) {
    const action = next()
    if (action < 0.45) {
      const units = 1 + Math.floor(next() * 5)
      submitted.push(job(String(step), { key: pick(keys), units, priority: pick(priorities) }))
      queue.submit(submitted.at(-1)!)
    } else if (action < 0.9 && running.size > 0) finish(pick([...running]), Math.floor(next() * 100))
    else if (action < 0.97 && waiting.size > 0) leave(pick([...waiting]))
    else if (action > 0.99) queue.resize((slots = 1 + Math.floor(next() * 4)))
    for (const each of running) if (!held.has(each)) held.set(each, Math.min(each.units, slots))
    const busy = [...running].reduce((sum, each) => sum + held.get(each)!, 0)
    expect(queue.status()).toEqual({ running: running.size, waiting: waiting.size, busySlots: busy })
    expect(waiting.size).toBeLessThanOrEqual(limits.queue)
    const places = [...waiting].map((each) => queue.place(each))
    expect(places.toSorted((one, other) => one - other)).toEqual(places.map((_, index) => index + 1))
    const head = [...waiting][places.indexOf(1)]
    if (head)
      expect(busy + Math.min(head.units, slots), 'no slot idles while the head fits').toBeGreaterThan(slots)
  }
  for (const key of keys)
    for (const priority of priorities) {
      const own = (each: NamedJob) => each.key === key && each.priority === priority
      expect(started.filter(own), 'first in, first out').toEqual(
        submitted.filter((each) => own(each) && started.includes(each)),
      )
    }
  expect(started.length).toBeGreaterThan(200)
  for (const each of waiting) leave(each)
  for (const each of running) finish(each)
  expect(queue.status()).toEqual({ running: 0, waiting: 0, busySlots: 0 })
})

test.each(seeds)('whoever always waits gets an equal share of slot time (seed %i)', (seed) => {
  const next = random(seed)
  const slots = 2 + Math.floor(next() * 8)
  const { submit, running, waiting, finish } = openQueue({ slots, queue: 100_000 })
  // Costs differ by key and from job to job; one key floods, one asks for several choices.
  const traits = keys.map((key) => ({ key, ms: 20 + next() * 200, units: key === 'd' ? 3 : 1 }))
  const ends = new Map<NamedJob, { at: number; ms: number }>()
  let now = 0
  let name = 0
  const fill = () => {
    for (const { key, units } of traits) {
      const depth = key === 'a' ? 200 : 3
      const queued = [...waiting].filter((each) => each.key === key).length
      for (let index = queued; index < depth; index++) submit(job(String(name++), { key, units }))
    }
  }
  const spent = new Map(keys.map((key) => [key, 0]))
  const marks: number[][] = []
  for (let step = 0; step < 6000; step++) {
    fill()
    for (const each of running)
      if (!ends.has(each)) {
        const ms = traits.find(({ key }) => key === each.key)!.ms * (0.25 + 1.5 * next())
        ends.set(each, { at: now + ms, ms })
      }
    const [ended, { at, ms }] = [...ends].reduce((one, other) => (other[1].at < one[1].at ? other : one))
    now = at
    ends.delete(ended)
    spent.set(ended.key, spent.get(ended.key)! + finish(ended, ms))
    if (step % 1000 === 999) marks.push(keys.map((key) => spent.get(key)!))
  }
  // Any interval of 2000 ends, past the first ones, in which costs are learnt.
  for (const [index, mark] of marks.entries()) {
    const end = marks[index + 2]
    if (!end) continue
    const shares = keys.map((_, key) => end[key]! - mark[key]!)
    const fair = shares.reduce((sum, each) => sum + each, 0) / keys.length
    for (const share of shares) expect(Math.abs(share / fair - 1)).toBeLessThan(0.1)
  }
})

test('nobody starves: not by higher classes, nor by ever new keys, nor for having asked for many slots', () => {
  const { submit, running, finish, started } = openQueue({ slots: 4, queue: 1000 })
  for (let index = 0; index < 4; index++) submit(job(`first${index}`))
  const poor = [
    job('low', { key: 'l', priority: 'low' }),
    job('wide', { key: 'w', priority: 'low', units: 4 }),
    job('normal', { key: 'n' }),
  ]
  submit(...poor)
  const from = started.length
  for (let step = 0; step < 200; step++) {
    for (let count = 0; count < 2; count++)
      submit(job(`${step}.${count}`, { key: `${step}.${count}`, priority: 'high' }))
    const [next] = running
    finish(next!, 10)
  }
  const after = poor.map((each) => started.indexOf(each) - from)
  expect(Math.min(...after)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...after)).toBeLessThan(30)
})

test('a key that owes much starts again after 256 others at the latest', () => {
  const { submit, running, finish, started } = openQueue({ queue: 10_000 })
  submit(job('long', { key: 'debtor' }), job('next', { key: 'debtor' }))
  for (let index = 0; index < 400; index++) submit(job(`${index}`, { key: `k${index % 3}` }))
  finish([...running][0]!, 1_000_000)
  while (!started.some(({ name }) => name === 'next')) finish([...running][0]!, 1)
  expect(started.length).toBeLessThanOrEqual(1 + 256 + 2)
})

test('ten thousand who wait leave in any order, and nothing is left behind', () => {
  const next = random(7)
  const { submit, queue, leave, waiting, finish, running, started } = openQueue({ slots: 2, queue: 10_000 })
  const jobs = Array.from({ length: 10_000 }, (_, index) => job(`${index}`, { key: `k${index % 37}` }))
  submit(job('one'), job('two'), ...jobs)
  expect(queue.status()).toEqual({ running: 2, waiting: 10_000, busySlots: 2 })
  const order = jobs.map((each) => ({ each, by: next() })).toSorted((one, other) => one.by - other.by)
  for (const { each } of order.slice(0, 9990)) leave(each)
  expect(queue.status().waiting).toBe(10)
  while (running.size > 0) finish([...running][0]!)
  expect([queue.status().waiting, waiting.size, started.length]).toEqual([0, 0, 12])
})
