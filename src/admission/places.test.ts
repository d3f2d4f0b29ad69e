import { expect, test } from 'vitest'
import type { Priority } from './priority.ts'
import { job, openQueue, random } from './queue.test-kit.ts'

const priorities: Priority[] = ['high', 'normal', 'low']

test.each([1, 2, 3, 4, 5])('the place that is told is the place that comes (seed %i)', (seed) => {
  const next = random(seed)
  const { submit, queue, waiting, drain, running, finish } = openQueue()
  // Costs are known from the past; then nobody else comes.
  for (const [index, key] of ['a', 'b', 'c'].entries())
    for (let count = 0; count < 30; count++) {
      submit(job(`${key}${count}`, { key }))
      for (const each of running) finish(each, 10 * (index + 1))
    }
  submit(job('running'))
  for (let count = 0; count < 60; count++) {
    const key = ['a', 'b', 'c'][Math.floor(next() * 3)]!
    const priority = priorities[Math.floor(next() * 3)]!
    submit(job(`${key}${count}`, { key, priority }))
  }
  const told = [...waiting].toSorted((one, other) => queue.place(one) - queue.place(other))
  expect(told.map((each) => queue.place(each))).toEqual(told.map((_, index) => index + 1))
  // Unknown costs of a class are settled as they are learnt, so the first places are exact and the rest near.
  const came = drain(10)
  expect(came[0]).toBe(told[0]!.name)
  const distances = told.map(({ name }, index) => Math.abs(came.indexOf(name) - index))
  expect(distances.reduce((sum, each) => sum + each, 0) / distances.length).toBeLessThan(4)
})

test('places are exact where all requests cost the same', () => {
  const { submit, queue, waiting, drain } = openQueue()
  for (const key of ['a', 'b', 'c']) submit(job(key, { key }))
  drain(1)
  submit(job('running', { key: 'd' }))
  for (let count = 0; count < 30; count++)
    submit(job(`${count}`, { key: 'aaabbc'[count % 6]!, priority: priorities[count % 3]! }))
  const told = [...waiting].toSorted((one, other) => queue.place(one) - queue.place(other))
  expect(drain(1)).toEqual(told.map(({ name }) => name))
})

test('a place moves up with each start, and with each who leaves in front', () => {
  const { submit, queue, leave, running, finish } = openQueue()
  const jobs = [1, 2, 3, 4].map((count) => job(`${count}`))
  submit(job('running'), ...jobs)
  expect(jobs.map((each) => queue.place(each))).toEqual([1, 2, 3, 4])
  leave(jobs[1]!)
  expect(queue.place(jobs[3]!)).toBe(3)
  finish([...running][0]!)
  expect(queue.place(jobs[3]!)).toBe(2)
})

test('with 10,000 waiting a place is off by one in a hundred at most', () => {
  const { submit, queue, running, finish } = openQueue({ queue: 10_000 })
  const jobs = Array.from({ length: 10_001 }, (_, index) => job(`${index}`))
  submit(...jobs)
  for (let started = 0; started < 1000; started++) {
    expect(Math.abs(queue.place(jobs[10_000]!) - (10_000 - started))).toBeLessThanOrEqual(100)
    finish([...running][0]!)
  }
})
