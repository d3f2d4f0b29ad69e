import { expect, test } from 'vitest'
import { floorOf, steadyOf } from '../own.test-kit.ts'
import { createLatency } from '../record/statistics.ts'
import { resultOf } from '../result.test-kit.ts'
import type { BenchResult } from '../result.ts'
import { encodeJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { renderPage } from './html/page.ts'
import { renderReport } from './report.ts'

const latency = createLatency()
for (let value = 20; value < 60; value += 0.5) latency.record(value)
const summary = latency.summary()!

const whole = resultOf({
  configuration: { ...resultOf().configuration, threads: 3, session: { turns: 2, think_ms: [0, 0] } },
  finish_reasons: { stop: 150, length: 1250 },
  errors: [{ kind: 'http_500', count: 4321, message: 'it broke', messages: 3 }],
  goodput: { limits: { ttft: 500 }, good: 150, share: 0.755, requests_per_second: 6 },
  cancellation: { rate: 0.1, planned: 73, cancelled: 72 },
  prompt_lengths: {
    prompts: 10, counted: 10, asked_mean: 61.5, counted_mean: 62.5, worst_error: 2, calibrated_by: 'usage',
    tokens_per_word: 1, overhead: 5,
  },
  turns: [
    { turn: 1, requests: 200, ttft: summary, counted: 200, prompt_tokens: 40, cached_tokens: 0 },
    { turn: 2, requests: 199, ttft: summary, counted: 199, prompt_tokens: 81.5, cached_tokens: 63.5 },
  ],
  latency: { ...resultOf().latency, delivery: summary },
  dispatch: {
    scheduled: 200, rate_scheduled: 8, rate_achieved: 8.25, gap_cv: 1, lateness_p50_ms: 0.1, lateness_p99_ms: 0.75,
    lateness_max_ms: 1, waited: 0, wait_mean_ms: 0, wait_max_ms: 0, backlog_max: 0, in_flight_max: 17,
  },
  connections: { opened_before: 4, opened_during: 13 },
  steady: steadyOf(),
  floor: floorOf(),
  notes: ['something to know'],
}) // prettier-ignore

const forms: [string, (result: BenchResult) => string][] = [
  ['the screen', (result) => renderReport(result)],
  ['the page', (result) => renderPage([result])],
  ['Markdown', (result) => renderMarkdown([result])],
  ['JUnit', (result) => encodeJunit([result])],
]

/** What a reader would miss, with words that stand for it in each form. */
const parts: [string, RegExp][] = [
  ['turns', /81\.5[\s\S]*63\.5/],
  ['share of a turn from the cache', /77\.9 %/],
  ['prompt lengths', /61\.5 tokens asked on average, the server counted 62\.5/],
  ['cancellation', /72 of 73 planned/],
  ['finish reasons', /length 1,250, stop 150/],
  ['errors with messages', /4,?321[\s\S]*it broke \(and 2 other messages\)/],
  ['goodput', /75\.5 ?%? within ttft 500 ms/],
  ['server timings', /prefill 31\.3 ms/],
  ['delivery', /Delivery/],
  ['dispatch', /8\.25 sessions\/s, late by/],
  ['connections', /13 while measuring/],
  ['steady state', /1\.5 s to 20\.0 s/],
  ['floor', /TTFT P50 0\.40 ms/],
  ['threads', /Threads\W[\s\S]{0,40}3/],
  ['notes', /something to know/],
  ['cached tokens', /12\.0 % from/],
]

test.each(forms)('%s has every part of a result', (_name, render) => {
  const text = render(whole)
  const missing = parts.filter(([, words]) => !words.test(text)).map(([part]) => part)
  expect(missing).toEqual([])
})

test('the page draws the turns', () => {
  const page = renderPage([whole])
  expect(page).toContain('data-chart="run-turn-ttft"')
  expect(page).toContain('data-chart="run-turn-prompt"')
  expect(renderPage([resultOf()])).not.toContain('turn-ttft')
})
