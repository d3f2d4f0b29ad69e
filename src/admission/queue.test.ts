import { expect, test } from 'vitest'
import { createQueue, type Job } from './queue.ts'

type NamedJob = Job & { name: string }
const job = (name: string, units = 1): NamedJob => ({ name, units })

function open(limits: { slots: number; queue: number }) {
  const log: string[] = []
  const queue = createQueue<NamedJob>(limits, {
    start: ({ name }) => log.push(`start ${name}`),
    refuse: ({ name }) => log.push(`refuse ${name}`),
    wait: ({ name }, position) => log.push(`${name} is ${position}`),
  })
  return { queue, log }
}

test('runs as many as there are slots, lets the next wait, refuses the rest', () => {
  const { queue, log } = open({ slots: 1, queue: 1 })
  const first = job('a')
  for (const each of [first, job('b'), job('c')]) queue.submit(each)
  queue.finish(first)
  expect(log).toEqual(['start a', 'b is 1', 'refuse c', 'start b'])
})

test('a job that wants more slots than there are runs alone', () => {
  const { queue, log } = open({ slots: 2, queue: 5 })
  const big = job('big', 8)
  queue.submit(big)
  queue.submit(job('small'))
  queue.finish(big)
  expect(log).toEqual(['start big', 'small is 1', 'start small'])
})

test('nobody overtakes a job that needs several slots', () => {
  const { queue, log } = open({ slots: 2, queue: 5 })
  const first = job('first')
  const second = job('second')
  for (const each of [first, second, job('pair', 2), job('small')]) queue.submit(each)
  queue.finish(first)
  expect(queue.status()).toEqual({ running: 1, waiting: 2, busySlots: 1 })
  queue.finish(second)
  expect(log).toEqual(['start first', 'start second', 'pair is 1', 'small is 2', 'start pair', 'small is 1'])
})

test('who leaves makes room for those behind', () => {
  const { queue, log } = open({ slots: 2, queue: 5 })
  const pair = job('pair', 2)
  for (const each of [job('first'), pair, job('small'), job('smaller')]) queue.submit(each)
  queue.leave(pair)
  expect(log).toEqual([
    'start first',
    'pair is 1',
    'small is 2',
    'smaller is 3',
    'start small',
    'smaller is 1',
  ])
})

test('finishing or leaving twice changes nothing', () => {
  const { queue } = open({ slots: 1, queue: 5 })
  const first = job('a')
  const second = job('b')
  for (const each of [first, second, job('c')]) queue.submit(each)
  queue.finish(first)
  queue.finish(first)
  queue.leave(second)
  expect(queue.status()).toEqual({ running: 1, waiting: 1, busySlots: 1 })
})

/** A small generator with a seed, so that a failure can be repeated. */
const random = (seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed / 2 ** 32
}

test.each([1, 2, 3, 4, 5])('holds its promises through any order of events (seed %i)', (seed) => {
  const next = random(seed)
  const limits = { slots: 1 + Math.floor(next() * 4), queue: Math.floor(next() * 6) }
  const submitted: NamedJob[] = []
  const running = new Set<NamedJob>()
  const waiting: NamedJob[] = []
  const started: NamedJob[] = []
  const queue = createQueue<NamedJob>(limits, {
    start(each) {
      running.add(each)
      started.push(each)
      if (waiting[0] === each) waiting.shift()
      else expect(waiting, 'nobody starts from the middle of the queue').not.toContain(each)
    },
    refuse: () => expect(waiting).toHaveLength(limits.queue),
    wait(each, position) {
      if (!waiting.includes(each)) waiting.push(each)
      expect(waiting.indexOf(each) + 1).toBe(position)
    },
  })
  const pick = (jobs: NamedJob[]) => jobs[Math.floor(next() * jobs.length)]
  for (let step = 0; step < 2000; step++) {
    const action = next()
    const runner = pick([...running])
    const waiter = pick(waiting)
    if (action < 0.5) {
      submitted.push(job(String(step), 1 + Math.floor(next() * 5)))
      queue.submit(submitted.at(-1)!)
    } else if (action < 0.9 && runner) {
      running.delete(runner)
      queue.finish(runner)
    } else if (waiter) {
      waiting.splice(waiting.indexOf(waiter), 1)
      queue.leave(waiter)
    }
    const busy = [...running].reduce((sum, each) => sum + Math.min(each.units, limits.slots), 0)
    expect(busy).toBeLessThanOrEqual(limits.slots)
    expect(queue.status()).toEqual({ running: running.size, waiting: waiting.length, busySlots: busy })
    const head = waiting[0]
    if (head)
      expect(busy + Math.min(head.units, limits.slots), 'no slot idles while the head fits').toBeGreaterThan(
        limits.slots,
      )
  }
  expect(started).toEqual(submitted.filter((each) => started.includes(each)))
  expect(started.length).toBeGreaterThan(100)
})

test('more slots start waiting jobs at once; fewer let running ones finish first', () => {
  const { queue, log } = open({ slots: 1, queue: 4 })
  const jobs = [job('a'), job('b'), job('c')]
  for (const each of jobs) queue.submit(each)
  log.length = 0
  queue.resize(2)
  expect(log).toContain('start b')
  queue.resize(1)
  log.length = 0
  queue.finish(jobs[0]!)
  expect(log).not.toContain('start c')
  queue.finish(jobs[1]!)
  expect(log).toContain('start c')
})
