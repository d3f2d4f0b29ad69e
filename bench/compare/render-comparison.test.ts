import { expect, test } from 'vitest'
import type { MetricChange } from './comparison.ts'
import { renderComparison } from './render-comparison.ts'

const change = {
  estimate: 1.027,
  lower: -0.458,
  upper: 6.041,
  outcome: 'inconclusive' as const,
  missing: 2000,
}
const metrics: MetricChange[] = [
  { metric: 'ttft_p95', unit: 'ms', before: 185.465, after: 302.7, ...change },
  { metric: 'tpot_p50', unit: 'ms', before: 0.043, after: 6.77, ...change },
  { metric: 'error_rate', unit: 'share', before: 0, after: 0.125, ...change, estimate: 0.125, lower: 0.01, upper: 0.2 },
] // prettier-ignore

test('fits a terminal of 80 columns, and a fast server’s time per token is no 0', () => {
  const text = renderComparison({ outcome: 'inconclusive', metrics }, 0.05, 80)
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(text).toMatch(/tpot_p50 +│ +0\.04 ms │ +6\.77 ms │ +\+103 % │ +-45\.8 to \+604 │/)
  expect(text).toMatch(/error_rate │ +0\.0 % │ +12\.5 % │ +\+12\.5 pts │ +\+1\.0 to \+20\.0 │/)
})
