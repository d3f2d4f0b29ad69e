import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Sample } from '../record/samples.ts'
import { createLatency } from '../record/statistics.ts'
import { resultOf } from '../result.test-kit.ts'
import { renderVllm } from './render-vllm.ts'
import { assertSavable, saveVllm } from './save-vllm.ts'
import { spreadOf } from './spread.ts'
import { defaultVllmChoice, describeVllm } from './describe-vllm.ts'

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'sluice-vllm-'))))
afterEach(() => rm(folder, { recursive: true }))

/** Two requests side by side, a third as the first ends; one failed. */
const samples: Sample[] = [
  { index: 0, start: 0, end: 1000, ttft: 100, e2e: 1000, prompt_tokens: 5, output_tokens: 10, events: 10 },
  { index: 1, start: 0, end: 2000, ttft: 200, e2e: 2000, prompt_tokens: 5, output_tokens: 10, events: 10 },
  { index: 2, start: 1000, end: 1500, ttft: 300, e2e: 500, prompt_tokens: 5, output_tokens: 1, events: 1 },
  { index: 3, start: 1500, end: 1600, error: 'http_500' },
]
const gaps = createLatency()
for (const gap of [10, 20, 30]) gaps.record(gap)
const run = resultOf({
  samples,
  started_at: new Date(2026, 0, 31, 23, 59, 57).toISOString(),
  duration_s: 2,
  requests: { sent: 4, succeeded: 3, failed: 1, cancelled: 0 },
  tokens: { source: 'usage', output: 21, prompt: 15, cached_prompt: null },
  target: { base_url: 'http://a/v1', endpoint: 'chat', model: 'org/Model-7B' },
  latency: { ...resultOf().latency, chunk_gap: gaps.summary()! },
  histograms: { chunk_gap: gaps.histogram()! },
})

test("NumPy's percentiles and population deviation", () => {
  const spread = spreadOf([4, 1, 3, 2])
  expect(spread).toMatchObject({ mean: 2.5, median: 2.5 })
  expect(spread.std).toBeCloseTo(1.118034, 6)
  expect(spread.percentile(99)).toBeCloseTo(3.97, 10)
  expect(spread.percentile(25)).toBe(1.75)
  expect(spreadOf([])).toMatchObject({ mean: 0, median: 0, std: 0 })
  expect(spreadOf([]).percentile(99)).toBe(0)
})

test("vLLM's keys with vLLM's meaning", () => {
  const figures = describeVllm(run, { ...defaultVllmChoice, backend: 'openai-chat', percentiles: [50, 99.9] })
  expect(figures).toMatchObject({
    date: '20260131-235959', backend: 'openai-chat', endpoint_type: 'openai-chat', model_id: 'org/Model-7B', label: null,
    num_prompts: 200, request_rate: 'inf', burstiness: 1, max_concurrency: 4, duration: 2, completed: 3, failed: 1,
    total_input_tokens: 15, total_output_tokens: 21, request_throughput: 1.5, request_goodput: null,
    output_throughput: 10.5, total_token_throughput: 18, max_concurrent_requests: 2,
    mean_ttft_ms: 200, median_ttft_ms: 200, p50_ttft_ms: 200, mean_tpot_ms: 150, mean_itl_ms: 20,
  }) // prettier-ignore
  expect(figures['std_ttft_ms']).toBeCloseTo(81.65, 2)
  expect(figures['p99.9_ttft_ms']).toBeCloseTo(299.8, 6)
  expect(figures['mean_e2el_ms']).toBeUndefined()
})

test('an open loop counts from the dispatch here, and shows the wait by itself', () => {
  const waited = samples.slice(0, 2).map((sample) => ({ ...sample, due: sample.start - 50, ttft: sample.ttft! + 50, e2e: sample.e2e! + 50 })) // prettier-ignore
  const arrivals = { arrival: 'gamma' as const, rate: 8, burstiness: 0.5, ramp_up_s: null, seed: 1 }
  const open = resultOf({
    samples: waited,
    configuration: { ...run.configuration, mode: 'open', arrivals, concurrency: 4096 },
  })
  const metrics = ['ttft', 'client_queue_time', 'e2el_including_client_queue'] as const
  expect(describeVllm(open, { ...defaultVllmChoice, metrics: [...metrics] })).toMatchObject({
    request_rate: 8, burstiness: 0.5, max_concurrency: null, mean_ttft_ms: 150, mean_client_queue_time_ms: 50,
    mean_e2el_including_client_queue_ms: 1550,
  }) // prettier-ignore
})

test('the block, letter for letter', () => {
  const lines = renderVllm({
    ...run,
    goodput: { limits: { ttft: 250 }, good: 2, share: 0.5, requests_per_second: 1 },
  })
    .trimEnd()
    .split('\n')
  expect(lines.map((line) => line.trimEnd())).toEqual([
    '============ Serving Benchmark Result ============',
    'Successful requests:                     3',
    'Failed requests:                         1',
    'Maximum request concurrency:             4',
    'Benchmark duration (s):                  2.00',
    'Total input tokens:                      15',
    'Total generated tokens:                  21',
    'Request throughput (req/s):              1.50',
    'Request goodput (req/s):                 1.00',
    'Output token throughput (tok/s):         10.50',
    'Peak output token throughput (tok/s):    13.00',
    'Peak concurrent requests:                2.00',
    'Total token throughput (tok/s):          18.00',
    '---------------Time to First Token----------------',
    'Mean TTFT (ms):                          200.00',
    'Median TTFT (ms):                        200.00',
    'P99 TTFT (ms):                           298.00',
    '-----Time per Output Token (excl. 1st token)------',
    'Mean TPOT (ms):                          150.00',
    'Median TPOT (ms):                        150.00',
    'P99 TPOT (ms):                           199.00',
    '---------------Inter-token Latency----------------',
    'Mean ITL (ms):                           20.00',
    'Median ITL (ms):                         20.02',
    'P99 ITL (ms):                            30.00',
    '==================================================',
  ])
  // Python pads the value too.
  expect(lines[1]).toHaveLength(51)
})

test('result files: vLLM’s name, one for each load, appended where that was asked for', async () => {
  const wish = { folder: join(folder, 'new'), detailed: true, append: false }
  await assertSavable(wish)
  const saved = await saveVllm([{ ...run, metadata: { tp: '1' } }, run], wish)
  expect(saved.map((path) => path.slice(wish.folder.length + 1))).toEqual([
    'chat-infqps-concurrency4-Model-7B-20260131-235959.json',
    'chat-infqps-concurrency4-Model-7B-20260131-235959-2.json',
  ])
  expect(JSON.parse(await readFile(saved[0]!, 'utf8'))).toMatchObject({
    tp: '1', completed: 3, ttfts: [0.1, 0.2, 0.3, 0], output_lens: [10, 10, 1, 0], errors: ['', '', '', 'http_500'],
  }) // prettier-ignore
  const lines = { ...wish, name: 'all.jsonl', detailed: false, append: true }
  await saveVllm([run, run], lines)
  const text = await readFile(join(wish.folder, 'all.jsonl'), 'utf8')
  expect(text.split('\n').map((line) => (JSON.parse(line) as { completed: number }).completed)).toEqual([
    3, 3,
  ])
  expect(await readdir(wish.folder)).toHaveLength(3)
})

test('a folder that cannot be made is told before the run', async () => {
  await expect(assertSavable({ folder: '/dev/null/x', detailed: false, append: false })).rejects.toThrow(
    'cannot write the result to /dev/null/x',
  )
})
