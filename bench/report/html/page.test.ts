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

test('nothing succeeded: the badge says that, and not that the load generator was to blame', () => {
  const page = renderPage([
    resultOf({
      requests: { sent: 2, succeeded: 0, failed: 2, cancelled: 0 },
      verdict: { status: 'INVALID', reasons: ['no request succeeded'], checks: [] },
    }),
  ])
  expect(page).toContain('INVALID <span>no request succeeded</span>')
  expect(page).not.toContain('more about the load generator')
})

test('cancelled requests are no failures', () => {
  const samples = [...measured().samples, { index: 60, start: 1, end: 2, error: 'cancelled' }]
  const page = renderPage([{ ...measured(), samples }])
  expect(page).toContain('data-series="cancelled"')
  expect(page).not.toContain('data-series="failed"')
})

const check = (value: number, status: 'VALID' | 'INVALID') => ({
  check: 'loop_lag_p99_ms', value, degraded_above: 3, invalid_above: 20, status,
}) // prettier-ignore
const verdictOf = (value: number, status: 'VALID' | 'INVALID') => ({ status, reasons: [], checks: [check(value, status)] }) // prettier-ignore

test('a sweep: one table of self-checks, shared notes once, and the others with their load', () => {
  const levels = [1, 16].map((concurrency) => ({
    ...measured(concurrency),
    verdict: concurrency === 1 ? verdictOf(0.5, 'VALID') : verdictOf(34, 'INVALID'),
    notes: ['true of all', `only ${concurrency}`],
  }))
  const page = renderPage(levels)
  expect(page.match(/true of all/g)).toHaveLength(1)
  expect(page.indexOf('only 16')).toBeLessThan(page.indexOf('How it was measured'))
  expect(page.match(/Self-check/g)).toHaveLength(1)
  expect(page).toContain('<small>INVALID above 20</small>')
  expect(page).toContain('2 loads (concurrency 1, 16)')
  expect(page).toContain('data-chart="sweep-interactivity"')
})

test('a merged result names its load generators and what each found of itself', () => {
  const part = (file: string) => ({
    ...resultOf(), file, seed: 7, nonce: null, verdict: verdictOf(34, 'INVALID'),
  }) // prettier-ignore
  const page = renderPage([{ ...measured(), merged_from: [part('a.json'), part('b.json')] }])
  expect(page.match(/<th>b\.json<\/th>/g)).toHaveLength(2)
  expect(page.match(/<small>INVALID above 20<\/small>/g)).toHaveLength(2)
})

test('prompts of different lengths are drawn against TTFT; those of one length are not', () => {
  const lengths = (most: number) =>
    measured().samples.map((sample, index) => ({ ...sample, prompt_tokens: 100 + (index % 2) * most }))
  expect(renderPage([{ ...measured(), samples: lengths(400) }])).toContain('run-by-prompt')
  expect(renderPage([{ ...measured(), samples: lengths(10) }])).not.toContain('run-by-prompt')
})
