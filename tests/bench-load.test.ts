import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BenchResult } from '../bench/result.ts'
import { nameMachineClock } from '../src/machine-clock.ts'
import { createSandbox, type Sandbox } from './sandbox.ts'

let sandbox: Sandbox
beforeAll(() => {
  sandbox = createSandbox()
})
afterAll(() => sandbox.remove())

/** A loaded machine may make a run INVALID (10), which is no matter here. */
const bench = async (...words: string[]): Promise<BenchResult> => {
  const file = join(sandbox.home, 'result.json')
  const ran = await sandbox.sluice('bench', '--json', file, '--seed', '11', '--no-floor', ...words)
  if (ran.code !== 0 && ran.code !== 10) throw new Error(`exit ${ran.code}\n${ran.stdout}${ran.stderr}`)
  return JSON.parse(readFileSync(file, 'utf8')) as BenchResult
}

test('random prompts have the lengths that were asked for, by the daemon’s own count', async () => {
  const lengths = ['--input-len', '60', '--output-len', '8', '--range-ratio', '0.4', '--ignore-eos']
  const result = await bench('--dataset', 'random', ...lengths, '-c', '2', '-n', '12')
  expect(result.requests).toMatchObject({ succeeded: 12, failed: 0 })
  const { worst_error: worst, calibrated_by: by } = result.prompt_lengths!
  expect(by).toBe('usage')
  expect(worst).toBeLessThanOrEqual(2)
  const outputs = result.samples.map((sample) => sample.output_tokens!)
  expect(Math.min(...outputs)).toBeGreaterThanOrEqual(4)
  expect(Math.max(...outputs)).toBeLessThanOrEqual(12)
  expect(new Set(outputs).size).toBeGreaterThan(1)
}, 120_000)

test('the daemon’s own figures stand beside ours and agree', async () => {
  const result = await bench('-c', '2', '-n', '24', '--max-tokens', '24', '--ignore-eos')
  const own = result.server_metrics!
  expect(own.server).toBe('sluice')
  // Nobody else asked it anything.
  expect(own.output_tokens).toBe(result.tokens.output)
  expect(own.prompt_tokens).toBe(result.tokens.prompt)
  expect(own.cache_hit_rate).toBeCloseTo(result.tokens.cached_prompt! / result.tokens.prompt!, 2)
  expect(own.batch_size).toBeGreaterThanOrEqual(1)
  expect(own.batch_size).toBeLessThanOrEqual(2)
  expect((await bench('-n', '4', '--no-server-metrics')).server_metrics).toBeUndefined()
}, 120_000)

test.each([
  ['chat', []],
  ['chat', ['--no-stream']],
  ['completions', []],
  ['completions', ['--no-stream']],
])(
  '%s %j: the daemon’s own times stand beside ours',
  async (endpoint, words) => {
    const load = ['-c', '2', '-n', '6', '--max-tokens', '12', '--ignore-eos']
    const result = await bench('--endpoint', endpoint, ...words, ...load)
    const { queue, prefill, decode } = result.server_timings
    expect([queue, prefill, decode]).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)])
    expect(prefill! + decode!).toBeGreaterThan(0)
    // What the server took is part of what was seen from here.
    expect(queue! + prefill! + decode!).toBeLessThanOrEqual(result.latency.e2e!.mean)
    // It stamps the events of a stream where it can tell that we read the same clock.
    const stamps = words.length === 0 && nameMachineClock() !== undefined
    expect(result.latency.delivery === null).toBe(!stamps)
  },
  120_000,
)

test('the daemon forgets its prompts on demand: the same text again is computed anew', async () => {
  const file = join(sandbox.home, 'one.jsonl')
  writeFileSync(
    file,
    JSON.stringify({ prompt: 'The keeper of the gate counted the boats twice, as every day.' }),
  )
  // A file's prompts are sent as they are; a warm-up's have another beginning and would take their slot.
  const same = ['--prompts', file, '-c', '1', '-n', '1', '--max-tokens', '4', '--warm-up', '0']
  const cachedOf = ({ samples }: BenchResult) => samples.map(({ cached_tokens: cached }) => cached)
  await bench(...same)
  expect(cachedOf(await bench(...same))[0]).toBeGreaterThan(8)
  const reset = await bench(...same, '--reset-cache')
  expect(reset.cache_reset).toBe('/api/models/reset-cache')
  expect(cachedOf(reset)).toEqual([0])
  expect(reset.tokens.cached_prompt).toBe(0)
  const events = async () =>
    (await sandbox.sluice('logs', '--events', '--name', 'model.cache_reset', '--json')).stdout
  await expect.poll(events).toContain('"model": "pocket"')
  const unknown = await fetch(`${sandbox.daemonFile().base_url}/api/models/reset-cache`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"model":"nobody"}',
  })
  expect([unknown.status, await unknown.json()]).toMatchObject([404, { error: { code: 'model_not_found' } }])
}, 120_000)

test('answers have at least --min-tokens', async () => {
  const result = await bench('-c', '2', '-n', '8', '--min-tokens', '30', '--max-tokens', '40')
  expect(result.requests).toMatchObject({ succeeded: 8, failed: 0 })
  expect(Math.min(...result.samples.map((sample) => sample.output_tokens!))).toBeGreaterThanOrEqual(30)
}, 120_000)

test('prefixes that repeat come from the prefix cache, and the report says how much', async () => {
  const lengths = ['--input-len', '16', '--prefix-len', '64', '--num-prefixes', '1', '--output-len', '4']
  const result = await bench('--dataset', 'random', ...lengths, '-c', '1', '-n', '6')
  expect(result.tokens.cached_prompt).toBeGreaterThan(3 * 64)
}, 120_000)

test('sessions with cancellations: histories grow, and the daemon goes on well', async () => {
  const sessions = ['--turns', '3', '--think-time', '5ms-20ms', '--input-len', '24', '--output-len', '24']
  const result = await bench(
    ...sessions,
    '--cancel-rate',
    '30%',
    '--cancel-after',
    '1-4',
    '-c',
    '3',
    '-n',
    '36',
  )
  expect(result.requests).toMatchObject({ sent: 36, failed: 0 })
  const { planned, cancelled } = result.cancellation!
  expect(planned).toBeGreaterThan(4)
  expect(cancelled).toBeGreaterThan(0)
  expect(cancelled).toBeLessThanOrEqual(planned)
  expect(result.requests.succeeded).toBe(36 - cancelled)
  const prompts = result.turns!.map(({ prompt_tokens: tokens }) => tokens!)
  expect(prompts).toHaveLength(3)
  expect(prompts).toEqual(prompts.toSorted((left, right) => left - right))
  // Nothing of a cancelled request is left behind, and the next answer is as good as any.
  const status = () => sandbox.json<{ running_requests: number }>('status')
  await expect.poll(async () => (await status()).running_requests, { timeout: 30_000 }).toBe(0)
  expect(await bench('-c', '2', '-n', '4', '--max-tokens', '4')).toMatchObject({
    requests: { succeeded: 4, failed: 0 },
  })
}, 180_000)

test('a trace is replayed at its own times', async () => {
  const trace = join(sandbox.home, 'trace.jsonl')
  const lines = [0, 200, 200, 500].map((timestamp) => ({ timestamp, input_length: 40, output_length: 5 }))
  writeFileSync(trace, lines.map((line) => JSON.stringify(line)).join('\n'))
  const result = await bench('--trace', trace, '--trace-speed', '2', '--ignore-eos')
  const samples = result.samples.toSorted((left, right) => left.index - right.index)
  expect(samples.map(({ due }) => Math.round(due!))).toEqual([0, 100, 100, 250])
  expect(samples.map((sample) => sample.output_tokens)).toEqual([5, 5, 5, 5])
}, 120_000)

test('embeddings are asked for and read; a model that makes none says so', async () => {
  const ran = await sandbox.sluice('bench', '--endpoint', 'embeddings', '-n', '2')
  expect(ran.code).toBe(9)
  expect(ran.stdout).toContain('makes no embeddings')
}, 120_000)
