import { expect, test } from 'vitest'
import { createLiveRun } from '../load/live-run.ts'
import { createLiveHistory } from './live-history.ts'
import { renderSparkline } from './sparkline.ts'

test('lowest to highest, gaps where nothing was measured, the middle where nothing changes', () => {
  expect(renderSparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█')
  expect(renderSparkline([5, undefined, 10])).toBe('▁ █')
  expect(renderSparkline([1, undefined, 5, 9])).toBe('▁ ▅█')
  expect(renderSparkline([3, 3])).toBe('▅▅')
  expect(renderSparkline([])).toBe('')
})

test('history: what came in each half second, from the beginning of a phase', () => {
  const history = createLiveHistory()
  const live = { ...createLiveRun(), phaseStartedAt: 1000 }
  history.update(live, 1100)
  expect(history.tokensPerSecond()).toEqual([])
  Object.assign(live, { contentEvents: 50, firstOutputs: 2, firstOutputMs: 60 })
  history.update(live, 1500)
  Object.assign(live, { contentEvents: 150 })
  history.update(live, 2000)
  expect(history.tokensPerSecond()).toEqual([100, 200])
  expect(history.ttft()).toEqual([30, undefined])
  history.update({ ...live, phaseStartedAt: 2000, contentEvents: 0, firstOutputs: 0, firstOutputMs: 0 }, 2100)
  expect(history.tokensPerSecond()).toEqual([])
})
