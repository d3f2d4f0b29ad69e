import { describe, expect, test } from 'vitest'
import { createFixed, simulate, type SimulatedMachine } from './simulated-machine.test-kit.ts'
import type { StepShape } from './step-times.ts'
import { createThreadGovernor } from './thread-governor.ts'

const minute = 60_000
const govern = (cores: number, modelBytes = 200e6) =>
  createThreadGovernor({ cores, mostThreads: cores, modelBytes })

type ShapeOf = (step: number) => StepShape

/** Governed speed as a part of what the best fixed count would have given. */
function compare(machine: SimulatedMachine, milliseconds = minute, shapeOf?: ShapeOf, modelBytes?: number) {
  const governed = simulate(machine, govern(machine.cores, modelBytes), milliseconds, shapeOf)
  const fixed = Array.from({ length: machine.cores }, (_, index) =>
    simulate(machine, createFixed(index + 1), milliseconds, shapeOf),
  )
  return governed / Math.max(...fixed)
}

/** Times of a 212 MB model on two cores: decode, then prefill. */
const usual: SimulatedMachine['stepTime'] = ({ rows, prefill }, threads) =>
  (prefill ? 6 * rows : 9 + 3 * rows) * [0, 1, 0.6][threads]! + threads
const small: SimulatedMachine['stepTime'] = (_, threads) => [0, 0.35, 0.42][threads]!
/** Fastest with 5 threads. */
const sweetSpot: SimulatedMachine['stepTime'] = ({ rows }, threads) =>
  4 + (40 * rows) / threads + 1.6 * threads

const mixed: ShapeOf = (step) =>
  step % 20 === 0
    ? { rows: 40 + ((step * 13) % 400), prefill: true }
    : { rows: 1 + (Math.floor(step / 50) % 16), prefill: false }

describe('nobody else', () => {
  test.each([
    ['a model that gains from both cores', { cores: 2, stepTime: usual }, 0.97],
    ['a model for which one thread is best', { cores: 2, stepTime: small }, 0.98],
    ['eight cores, five threads are best', { cores: 8, stepTime: sweetSpot }, 0.95],
    ['steps that vary by half', { cores: 2, stepTime: usual, noise: 0.5 }, 0.95],
    ['64 cores, all useful', { cores: 64, stepTime: (_, threads) => 5 + 300 / threads }, 0.95],
  ] satisfies [string, SimulatedMachine, number][])('%s', (_, machine, least) => {
    expect(compare(machine)).toBeGreaterThan(least)
  })

  test('the first second is near the best already', () => {
    expect(compare({ cores: 2, stepTime: usual, noise: 0.1 }, 1000)).toBeGreaterThan(0.93)
  })

  test('prompts and answers in changing numbers', () => {
    expect(compare({ cores: 2, stepTime: usual, noise: 0.1 }, minute, mixed)).toBeGreaterThan(0.95)
    expect(compare({ cores: 8, stepTime: sweetSpot, noise: 0.1 }, minute, mixed)).toBeGreaterThan(0.95)
  })

  test('each shape of step has its own count', () => {
    const stepTime: SimulatedMachine['stepTime'] = (shape, threads) =>
      (shape.prefill ? usual : small)(shape, threads)
    const everyOther: ShapeOf = (step) => ({ rows: step % 2 === 0 ? 1 : 64, prefill: step % 2 === 1 })
    const machine: SimulatedMachine = { cores: 2, stepTime }
    expect(compare(machine, minute, everyOther)).toBeGreaterThan(0.98)
  })
})

test('threads that gain nothing are left to others', () => {
  const governor = govern(8)
  const chosen = Array.from({ length: 200 }, () => {
    const threads = governor.choose({ rows: 1, prefill: false }, 0)
    governor.record(10 + (threads % 2) / 10, 0)
    return threads
  })
  expect(chosen.slice(100).filter((threads) => threads === 1).length).toBeGreaterThan(90)
})

describe('neighbours', () => {
  const always = { from: 0, to: Infinity, cores: 1 }
  test.each([
    ['one of two cores is taken', { cores: 2, stepTime: usual, visits: [always] }, 0.99],
    ['one of eight', { cores: 8, stepTime: (_, threads) => 5 + 80 / threads, visits: [always] }, 0.97],
    ['all of them', { cores: 2, stepTime: usual, visits: [{ ...always, cores: 3 }] }, 0.99],
  ] satisfies [string, SimulatedMachine, number][])('%s', (_, machine, least) => {
    expect(compare(machine)).toBeGreaterThan(least)
  })

  test('one comes and goes: a collapsed step per visit, and the free time is used', () => {
    const visits = Array.from({ length: 4 }, (_, index) => ({
      from: 10_000 + index * 15_000,
      to: 15_000 + index * 15_000,
      cores: 1,
    }))
    const machine = { cores: 2, stepTime: usual, visits }
    expect(compare(machine)).toBeGreaterThan(1.05)
  })

  test('one that comes every 300 ms for 100 makes it give up the second core', () => {
    const visits = Array.from({ length: 200 }, (_, index) => ({
      from: index * 300,
      to: index * 300 + 100,
      cores: 1,
    }))
    expect(compare({ cores: 2, stepTime: usual, visits })).toBeGreaterThan(0.9)
  })

  test('what a neighbour slowed down is not held against the second thread', () => {
    const governor = govern(2)
    const shape = { rows: 1, prefill: false }
    const run = (slow: boolean) => {
      const threads = governor.choose(shape, 0)
      governor.record(threads === 1 ? 10 : slow ? 17 : 6, slow && threads === 2 ? 1 : 0)
      return threads
    }
    for (let step = 0; step < 50; step++) run(false)
    for (let step = 0; step < 50; step++) run(true)
    expect(run(false)).toBe(2)
  })

  test('after a collapse the next step is back at one thread', () => {
    const governor = govern(2)
    const shape = { rows: 1, prefill: false }
    for (let step = 0; step < 50; step++) {
      const threads = governor.choose(shape, 0)
      governor.record(threads === 2 ? 6 : 10, 0)
    }
    expect(governor.choose(shape, 0)).toBe(2)
    governor.record(600, 0)
    const after = Array.from({ length: 20 }, () => {
      const threads = governor.choose(shape, 0)
      governor.record(10, 0)
      return threads
    })
    expect(new Set(after)).toEqual(new Set([1]))
  })
})

describe('neighbours that nobody sees', () => {
  test('one stays: collapses get rare', () => {
    const visits = [{ from: 20_000, to: Infinity, cores: 1 }]
    const machine = { cores: 2, stepTime: usual, visits, blind: true }
    expect(compare(machine, 3 * minute)).toBeGreaterThan(0.9)
  })

  test('one was there from the start', () => {
    const visits = [{ from: 0, to: Infinity, cores: 1 }]
    expect(compare({ cores: 2, stepTime: usual, visits, blind: true }, 3 * minute)).toBeGreaterThan(0.9)
  })

  test('it has left: the second core is used again', () => {
    const visits = [{ from: 5000, to: 10_000, cores: 1 }]
    expect(compare({ cores: 2, stepTime: usual, visits, blind: true }, 2 * minute)).toBeGreaterThan(0.9)
  })

  test('hiccups that cost less than the threads gain do not drive them away', () => {
    const governor = govern(2)
    let [single, both] = [0, 0]
    for (let step = 0; step < 5000; step++) {
      const threads = governor.choose({ rows: 1, prefill: false }, 0)
      governor.record(threads === 2 ? (step % 100 === 0 ? 60 : 6) : 10, 0)
      if (threads === 2) both++
      else single++
    }
    expect(both / (single + both)).toBeGreaterThan(0.8)
  })
})
