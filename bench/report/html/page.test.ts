import { expect, test } from 'vitest'
import { createLatency } from '../../record/statistics.ts'
import { resultOf } from '../../result.test-kit.ts'
import { floorOf, steadyOf } from '../../own.test-kit.ts'
import { quoteArgv } from '../quote-argv.ts'
import { renderPage } from './page.ts'

const hostile = `</script><script>alert(1)</script>"'><img src=x onerror=alert(1)>`

const latency = createLatency()
for (let value = 20; value < 60; value += 0.5) latency.record(value)

const measured = (concurrency = 4) =>
  resultOf({
    configuration: { ...resultOf().configuration, concurrency },
    histograms: { ttft: latency.histogram()!, chunk_gap: latency.histogram()!, e2e: latency.histogram()! },
    samples: Array.from({ length: 60 }, (_, index) => ({
      index,
      start: index * 10,
      end: index * 10 + 90,
      ttft: 20 + (index % 7),
      e2e: 80 + (index % 9),
      output_tokens: 10,
    })),
  })

test('whatever a server or a user wrote stays text', () => {
  const page = renderPage([
    {
      ...measured(),
      argv: [hostile],
      target: { base_url: hostile, endpoint: hostile, model: hostile },
      errors: [{ kind: 'http_500', count: 1, message: hostile, messages: 1 }],
      notes: [hostile],
      verdict: { status: 'DEGRADED', reasons: [hostile], checks: [] },
      samples: [...measured().samples, { index: 60, start: 1, end: 2, error: hostile }],
    },
  ])
  expect(page).not.toContain('<img')
  expect(page.match(/<script>/g)).toHaveLength(1)
  expect(page.match(/<\/script>/g)!.length).toBe(page.match(/<script[ >]/g)!.length)
})

test('it asks for nothing: no address but that of the policy, and that forbids all', () => {
  const page = renderPage([measured()])
  expect(page).toMatch(/default-src &#39;none&#39;; style-src &#39;sha256-/)
  expect(page).not.toMatch(/(src|href)=|url\(|@import|https?:\/\/(?!127\.0\.0\.1)/)
})

test('the same result gives the same page; a sweep has its own plots', () => {
  expect(renderPage([measured()])).toBe(renderPage([measured()]))
  const sweep = renderPage([measured(1), measured(16)])
  for (const id of [
    'sweep-tokens',
    'sweep-ttft',
    'sweep-trade',
    'level-0-ttft-time',
    'level-1-percentiles',
  ]) {
    expect(sweep).toContain(`data-chart="${id}"`)
  }
})

test('a run in which nothing succeeded, or of an older version, still has a page', () => {
  const none = Object.fromEntries(Object.keys(resultOf().latency).map((name) => [name, null]))
  const empty = resultOf({
    latency: none as ReturnType<typeof resultOf>['latency'],
    requests: { sent: 2, succeeded: 0, failed: 2, cancelled: 0 },
    success_rate: 0,
    errors: [{ kind: 'connect', count: 2, message: 'refused', messages: 1 }],
    samples: [{ index: 0, start: 0, end: 1, error: 'connect' }],
  })
  expect(renderPage([empty])).toContain('refused')
  expect(renderPage([resultOf()])).toContain('TTFT, median')
})

test('what a shell would take apart is quoted', () => {
  expect(quoteArgv(['-c', '1,4', "it's > that", ''])).toBe(String.raw`-c 1,4 'it'\''s > that' ''`)
})

test('where a run was steady and what the load generator added, for one load and for each of several', () => {
  const own = { steady: steadyOf(), floor: floorOf() }
  const page = renderPage([{ ...measured(), ...own }])
  expect(page).toContain('600/s steady')
  expect(page).toContain('1.5 s to 20.0 s: 9.00 requests/s, 600.0 tokens/s')
  expect(page).toContain('TTFT P50 0.40 ms')
  const sweep = renderPage([measured(1), { ...measured(16), ...own }])
  expect(sweep).toContain('not measured')
  expect(sweep).toContain('TTFT P50 0.40 ms')
})
