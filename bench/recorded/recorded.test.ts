import { expect, test } from 'vitest'
import type { BenchOptions } from '../options.ts'
import type { BenchResult } from '../result.ts'
import { runBench } from '../run.ts'
import { playRecordings, recording } from './play-recording.test-kit.ts'

const measure = (url: string, changes: Partial<BenchOptions>): Promise<BenchResult> =>
  runBench(
    {
      url,
      model: 'm',
      endpoint: 'chat',
      stream: true,
      load: { mode: 'closed', concurrency: 1, requests: 3 },
      warmUp: 0,
      prompts: { kind: 'built-in' },
      sampling: { ignoreEos: true },
      timeoutMs: 20_000,
      ...changes,
    },
    { signal: new AbortController().signal, version: '1', argv: [] },
  )

test("transformers' responses are called complete where the limit ended them, and an ignored end is no complaint", async () => {
  const url = await playRecordings({ '/v1/responses': [recording('transformers-responses.sse')] })
  const limit = (maxTokens: number) =>
    measure(url, { endpoint: 'responses', sampling: { ignoreEos: true, maxTokens } })
  const result = await limit(6)
  expect(result.finish_reasons).toEqual({ length: 3 })
  expect(result.notes.join()).not.toContain('--ignore-eos')
  expect((await limit(7)).finish_reasons).toEqual({ stop: 3 })
})

test('llama-server writes its times beside a response, and its metrics tell what the cache had', async () => {
  const [before, after] = ['before', 'after'].map((when) => recording(`llama-server-metrics-${when}.txt`))
  const url = await playRecordings({
    '/v1/responses': [recording('llama-server-responses.sse')],
    '/metrics': [before!, after!],
  })
  const result = await measure(url, {
    endpoint: 'responses',
    sampling: { ignoreEos: true, maxTokens: 6 },
    serverMetrics: {},
  })
  expect(result.finish_reasons).toEqual({ length: 3 })
  expect(result.server_timings).toMatchObject({ prefill: 1.279, decode: 2.12 })
  expect(result.tokens).toMatchObject({ source: 'usage', cached_prompt: 9 })
  expect(result.server_metrics).toMatchObject({
    server: 'llama-server',
    prompt_tokens: 15,
    output_tokens: 18,
    cache_hit_rate: 0.483,
  })
  // 62.2049 s to 62.2099 s, and 718.82 s to 718.826 s: six digits are too few for a rate.
  expect(result.server_metrics).not.toHaveProperty('prefill_tokens_per_second')
  expect(result.server_metrics).not.toHaveProperty('decode_tokens_per_second')
})

test('of counters beyond six digits only differences that rounding leaves alone are told', async () => {
  const text = (prompt: string, output: string) =>
    `# TYPE llamacpp:prompt_tokens_total counter\nllamacpp:prompt_tokens_total ${prompt}\nllamacpp:tokens_predicted_total ${output}\n`
  const url = await playRecordings({
    '/v1/responses': [recording('llama-server-responses.sse')],
    '/metrics': [text('1.23457e+06', '999900'), text('1.23511e+06', '1.0021e+06')],
  })
  const { server_metrics: metrics } = await measure(url, { endpoint: 'responses', serverMetrics: {} })
  expect(metrics).toMatchObject({ output_tokens: 2200 })
  expect(metrics).not.toHaveProperty('prompt_tokens')
})
