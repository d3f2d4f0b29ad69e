import { expect, test } from 'vitest'
import { drawArea, drawPath } from './paths.ts'
import { latencyScale, levelScale, linearScale, logScale, ninesScale, shareOf } from './scale.ts'
import { thinPoints } from './thin-points.ts'

const values = ({ ticks }: { ticks: { value: number }[] }): number[] => ticks.map(({ value }) => value)

test('ticks are round numbers that hold all values', () => {
  expect(values(linearScale(488))).toEqual([0, 100, 200, 300, 400, 500])
  expect(linearScale(488).max).toBe(500)
  expect(linearScale(26.1, { exact: true }).max).toBe(26.1)
  expect(values(linearScale(0.0031)).at(-1)).toBeCloseTo(0.004)
  expect(values(logScale(3, 450))).toEqual([2, 5, 10, 20, 50, 100, 200, 500])
  expect(ninesScale(400).ticks.map(({ label }) => label)).toEqual(['P0', 'P50', 'P90', 'P99'])
})

test('a long tail is drawn logarithmically, wide levels too', () => {
  expect([latencyScale(10, 20, 100).kind, latencyScale(10, 20, 1000).kind]).toEqual(['linear', 'log'])
  expect([levelScale([1, 2, 4]).kind, levelScale([16, 1, 4]).kind]).toEqual(['linear', 'log'])
  expect(shareOf(levelScale([1, 4, 16]), 4)).toBeCloseTo(0.5)
  expect(shareOf(ninesScale(1000), 0.9)).toBeCloseTo(1 / 3)
  // One level only, and one value only.
  expect(shareOf(levelScale([4]), 4)).toBe(0.5)
})

test('paths: dots, stairs and bars', () => {
  const [x, y] = [linearScale(10, { exact: true }), linearScale(10)]
  const draw = (shape: 'dots' | 'stairs' | 'bars') =>
    drawPath({ name: '', tone: '', shape, points: [[0, 10], [5, 0], [10, 5]] }, x, y) // prettier-ignore
  expect(draw('dots')).toBe('M0 0h.1M500 1000h.1M1000 500h.1')
  expect(draw('stairs')).toBe('M0 0H500V1000H1000V500')
  expect(draw('bars')).toBe('M0 1000V0H500V1000Z')
  expect(drawArea({ name: '', tone: '', shape: 'stairs', points: [[0, 10], [10, 5]] }, x, y)).toBe('M0 1000L0 0H1000V500V1000Z') // prettier-ignore
})

test('too many dots are thinned, and no extreme is lost', () => {
  const points = Array.from({ length: 50_000 }, (_, index) => [index, (index * 7919) % 1000] as const)
  const spike = [25_000, 99_999] as const
  const thin = thinPoints([...points.filter(([x]) => x !== 25_000), spike])
  expect(thin.length).toBeLessThanOrEqual(4200)
  expect(thin.length).toBeGreaterThan(3000)
  expect(thin).toContain(spike)
  expect(thinPoints(points.slice(0, 9))).toHaveLength(9)
})
