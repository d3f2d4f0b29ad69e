import { expect, test } from 'vitest'
import { findKnee, isSaturated } from './knee.ts'
import { nextToKnee } from './next-to-knee.ts'

const doublings = [1, 2, 4, 8, 16, 32, 64]
const pointsOf = (throughput: (load: number) => number) =>
  doublings.map((load) => ({ load, throughput: throughput(load) }))

test('the bend of a line that becomes flat', () => {
  expect(findKnee(pointsOf((load) => Math.min(load, 8) * 100))).toEqual({ load: 8, throughput: 800 })
  const wavering = [97, 203, 398, 802, 795, 809, 800]
  const points = doublings.map((load, index) => ({ load, throughput: wavering[index]! }))
  expect(findKnee(points)?.load).toBe(8)
})

test('none where throughput rises all the way, never rises, or has too few points', () => {
  expect(findKnee(pointsOf((load) => load))).toBeUndefined()
  expect(findKnee(pointsOf(() => 5))).toBeUndefined()
  expect(findKnee(pointsOf(() => 0))).toBeUndefined()
  expect(findKnee(pointsOf((load) => Math.min(load, 2)).slice(0, 3))).toBeUndefined()
})

test('a server that does less under too much load', () => {
  expect(findKnee(pointsOf((load) => (load <= 8 ? load : 64 / load)))?.load).toBe(8)
})

test('saturated: two doublings that bring nothing', () => {
  const points = pointsOf((load) => Math.min(load, 8))
  expect(isSaturated(points.slice(0, 5))).toBe(false)
  expect(isSaturated(points.slice(0, 6))).toBe(true)
})

test('the search goes on until throughput is flat, then looks closely at the knee', () => {
  const goal = { goodput_share: null, from: 1, to: 256, whole: true }
  const points: { load: number; throughput: number }[] = []
  for (let load = nextToKnee(points, goal); load !== undefined; load = nextToKnee(points, goal)) {
    points.push({ load, throughput: Math.min(load, 11) * 100 })
    points.sort((left, right) => left.load - right.load)
    expect(points.length).toBeLessThan(20)
  }
  expect(points.at(-1)!.load).toBe(64)
  const knee = findKnee(points)!
  expect(knee.load).toBeGreaterThanOrEqual(11)
  expect(knee.load).toBeLessThan(16)
})
