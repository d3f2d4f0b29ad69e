import { expect, test } from 'vitest'
import { resultOf } from '../result.test-kit.ts'
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
  expect(text).toContain('| `not ttft_p99>50` | ❌ failed | measured 100 |')
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
