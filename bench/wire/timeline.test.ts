import { expect, test } from 'vitest'
import { createTimeline } from './timeline.ts'

const gapsOf = (timeline: ReturnType<typeof createTimeline>): number[] => {
  const gaps: number[] = []
  timeline.forEachGap((gap) => gaps.push(gap))
  return gaps
}

test('gives first, last and the gaps between', () => {
  const timeline = createTimeline()
  for (const time of [10, 15, 18]) timeline.push(time)
  expect([timeline.reads, timeline.first, timeline.last, gapsOf(timeline)]).toEqual([3, 10, 18, [5, 3]])
})

test('is empty after clear', () => {
  const timeline = createTimeline()
  timeline.push(1)
  timeline.clear()
  expect([timeline.reads, timeline.first, timeline.last, gapsOf(timeline)]).toEqual([
    0,
    Number.NaN,
    Number.NaN,
    [],
  ])
})

test('grows for long answers, then stops keeping gaps but not counting', () => {
  const timeline = createTimeline()
  for (let time = 0; time < 100_000; time += 1) timeline.push(time)
  expect(timeline).toMatchObject({ reads: 100_000, first: 0, last: 99_999 })
  const gaps = gapsOf(timeline)
  expect(gaps).toHaveLength(32_767)
  expect(new Set(gaps)).toEqual(new Set([1]))
})
