import { expect, test } from 'vitest'
import { resultOf } from '../result.test-kit.ts'
import { floorOf, steadyOf } from '../own.test-kit.ts'
import { renderMarkdown } from './markdown.ts'

test('verdict, gates and tables', () => {
  const text = renderMarkdown([
    resultOf({
      argv: ['--fail-if', 'ttft_p99>50'],
      verdict: { status: 'DEGRADED', reasons: ['late | itself'], checks: [] },
      thresholds: [{ expression: 'ttft_p99>50', metric: 'ttft_p99', limit: 50, actual: 100, passed: false }],
      errors: [{ kind: 'http_500', count: 3, message: '<img src=x>\n| pipes |', messages: 1 }],
    }),
  ])
  expect(text).toContain('⚠️ **DEGRADED**')
  expect(text).toContain(String.raw`- DEGRADED: late \| itself`)
  expect(text).toContain('| `not ttft_p99>50` | ❌ failed | measured 100 ms |')
  expect(text).toContain('| TTFT | 20.0 | 42.0 | 40.0 | 60.0 | 72.0 | ~100.0 | 120.0 |')
  expect(text).toContain(String.raw`| 3 | http_500 | &lt;img src=x> \| pipes \| |`)
  expect(text).toContain("sluice bench --fail-if 'ttft_p99>50'")
})

test('a sweep begins with a table of its loads', () => {
  const at = (concurrency: number) => resultOf({ configuration: { ...resultOf().configuration, concurrency } }) // prettier-ignore
  const text = renderMarkdown([at(1), at(16)])
  expect(text).toMatch(/\| Load \|.*\n.*\n\| concurrency 1 \|.*\n\| concurrency 16 \|/)
  expect(text).toContain('### concurrency 16')
})

test('where the run was steady and what the load generator added', () => {
  expect(renderMarkdown([resultOf()])).toContain('- Steady state: none: the output per second fell by 20 %')
  const text = renderMarkdown([resultOf({ steady: steadyOf(), floor: floorOf() })])
  expect(text).toContain('- Steady state: 1.5 s to 20.0 s: 9.00 requests/s, 600.0 tokens/s')
  expect(text).toContain('- Own floor: TTFT P50 0.40 ms')
})
