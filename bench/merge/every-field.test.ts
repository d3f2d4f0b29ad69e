import { expect, test } from 'vitest'
import { defaultVllmChoice, describeVllm } from '../compat/describe-vllm.ts'
import { floorOf } from '../own.test-kit.ts'
import { createLatency, type Latency } from '../record/statistics.ts'
import type { TurnFigures } from '../record/turn-tally.ts'
import { resultOf } from '../result.test-kit.ts'
import { histogramNames, type BenchResult } from '../result.ts'
import { leftOut } from './left-out.ts'
import { mergeRuns } from './merge-runs.ts'

const latencyOf = (values: number[]): Latency => {
  const latency = createLatency()
  for (const value of values) latency.record(value)
  return latency
}

const turnOf = (turn: number, values: number[], prompt: number, cached: number | null): TurnFigures => {
  const latency = latencyOf(values)
  return {
    turn,
    requests: values.length,
    ttft: latency.summary()!,
    ttft_histogram: latency.histogram()!,
    counted: values.length,
    prompt_tokens: prompt,
    cached_tokens: cached,
  }
}

const dispatch = {
  scheduled: 2, rate_scheduled: 1, rate_achieved: 1, gap_cv: null, lateness_p50_ms: 0.1, lateness_p99_ms: 0.2,
  lateness_max_ms: 0.3, waited: 0, wait_mean_ms: 0, wait_max_ms: 0, backlog_max: 0, in_flight_max: 2,
} // prettier-ignore

/** A result that has every field there is: the type asks for each, so that one that is new must be put here. */
const wholeOf = (changes: Partial<BenchResult>): Required<BenchResult> => ({
  ...resultOf(),
  goodput: { limits: { ttft: 500 }, good: 150, share: 0.75, requests_per_second: 6 },
  turns: [turnOf(1, [10, 20], 40, 4)],
  cancellation: { rate: 0.1, planned: 3, cancelled: 2 },
  prompt_lengths: {
    prompts: 10, counted: 10, asked_mean: 60, counted_mean: 61, worst_error: 2, calibrated_by: 'usage',
    tokens_per_word: 1, overhead: 5,
  },
  histograms: Object.fromEntries(histogramNames.map((name) => [name, latencyOf([5, 50]).histogram()!])),
  dispatch,
  floor: floorOf(),
  baseline: { file: 'old.json', started_at: null, sluice_version: null, outcome: 'pass', max_regression: 0.1, metrics: [], differences: [] },
  sweep: { goodput_share: 0.95, from: 1, to: 8, whole: true },
  merged_from: [],
  cool_down: { sent: 4 },
  search_baseline: { file: 'old.json', started_at: null, sluice_version: null, outcome: 'pass', max_regression: 0.1, differences: [], unit: 'requests/s', compared: 'goal', before: 1, after: 1, change: null, latency: null },
  metadata: { commit: 'abc' },
  compat: { vllm: describeVllm(resultOf(), defaultVllmChoice) },
  repeat: { run: 1, of: 2 },
  cache_reset: '/reset_prefix_cache',
  server_metrics: { url: 'http://a/metrics', server: 'vllm', times: {}, gauges: {}, readings: 0 },
  ...changes,
}) // prettier-ignore

/** A part may have been merged from none itself. */
const partOf = (changes: Partial<BenchResult>): BenchResult => {
  const { merged_from: _mergedFrom, ...part } = wholeOf(changes)
  return part
}

test('every field of a result is in the merged one, or left out for a reason that is told', () => {
  const merged = mergeRuns([partOf({}), partOf({ monotonic_origin_ms: 2 })], ['a.json', 'b.json'], [])
  const missing = Object.keys(wholeOf({})).filter((field) => merged[field as keyof BenchResult] == null)
  // Several machines have no monotonic clock in common.
  expect(missing.toSorted()).toEqual([...Object.keys(leftOut), 'monotonic_origin_ms'].toSorted())
  expect(merged.notes.filter((note) => note.startsWith('without '))).toHaveLength(2)
  expect(merged.merged_from!.map(({ floor }) => floor)).toEqual([floorOf(), floorOf()])
})

test('turns: percentiles of all TTFTs together, means weighted by the answers that they are of', () => {
  const left = partOf({ turns: [turnOf(1, [10, 20, 30], 40, 4), turnOf(2, [100], 80, 40)] })
  const right = partOf({ monotonic_origin_ms: 2, turns: [turnOf(1, [1000], 60, null)] })
  const { turns } = mergeRuns([left, right], ['a.json', 'b.json'], [])
  expect(turns).toMatchObject([
    { turn: 1, requests: 4, counted: 4, prompt_tokens: 45, cached_tokens: 4 },
    { turn: 2, requests: 1, counted: 1, prompt_tokens: 80, cached_tokens: 40 },
  ])
  expect(turns![0]!.ttft).toEqual(latencyOf([10, 20, 30, 1000]).summary())
})

test('prompt lengths, cancellations and the configuration are those of all parts', () => {
  const right = partOf({
    monotonic_origin_ms: 2,
    cancellation: { rate: 0.1, planned: 5, cancelled: 4 },
    prompt_lengths: {
      ...wholeOf({}).prompt_lengths, prompts: 30, counted: 0, asked_mean: 80, counted_mean: null,
      worst_error: null, calibrated_by: 'tokenize',
    },
  }) // prettier-ignore
  const merged = mergeRuns([partOf({}), right], ['a.json', 'b.json'], [])
  expect(merged.cancellation).toEqual({ rate: 0.1, planned: 8, cancelled: 6 })
  expect(merged.prompt_lengths).toMatchObject({
    prompts: 40, counted: 10, asked_mean: 75, counted_mean: 61, worst_error: 2, calibrated_by: 'tokenize',
  }) // prettier-ignore
  expect(merged.configuration).toMatchObject({ concurrency: 8, threads: 2, requests: 400 })
})

test('what one part says of itself bears its name; what all say is said once', () => {
  const right = partOf({ monotonic_origin_ms: 2, notes: ['both', 'only here'] })
  const { notes } = mergeRuns([partOf({ notes: ['both'] }), right], ['a.json', 'b.json'], [])
  expect(notes.slice(-2)).toEqual(['both', 'b.json: only here'])
})

test('a turn without its histogram cannot be pooled, and the merge says so', () => {
  const { ttft_histogram: _histogram, ...turn } = turnOf(1, [10], 40, null)
  const parts = [partOf({}), partOf({ monotonic_origin_ms: 2, turns: [turn] })]
  expect(() => mergeRuns(parts, ['a.json', 'b.json'], [])).toThrow('b.json has no histogram of ttft by turn')
})

test('sessions on a schedule: the merged rate is that of sessions, not of their turns', () => {
  const samplesOf = (offset: number) =>
    [0, 1, 2].flatMap((session) =>
      [1, 2].map((turn) => {
        const due = offset + session * 1000 + (turn - 1) * 300
        return { index: session * 2 + turn - 1, turn, due, start: due, end: due + 50, ttft: 10, e2e: 50 }
      }),
    )
  const parts = [0, 500].map((offset, part) =>
    partOf({ monotonic_origin_ms: part, samples: samplesOf(offset) }),
  )
  const { dispatch } = mergeRuns(parts, ['a.json', 'b.json'], [])
  // Six sessions, one each half second.
  expect(dispatch).toMatchObject({ scheduled: 4, rate_scheduled: 2, rate_achieved: 2, gap_cv: 0 })
})
