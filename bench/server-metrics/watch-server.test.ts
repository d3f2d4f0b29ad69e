import type { ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import type { BenchOptions } from '../options.ts'
import { renderMarkdown } from '../report/markdown.ts'
import { renderReport } from '../report/report.ts'
import { runBench } from '../run.ts'
import { resolveTarget } from '../wire/target.ts'
import { startMetricsServer, type MetricsServer } from './metrics-server.test-kit.ts'
import { watchServer } from './watch-server.ts'

const servers: MetricsServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})
/** Answers `/metrics` with one text after the other; the last one stays. */
const serve = async (...texts: string[]): Promise<MetricsServer> => {
  let next = 0
  const server = await startMetricsServer(({ url }, response) => {
    if (url !== '/metrics') return response.writeHead(404).end()
    const text = texts[Math.min(next, texts.length - 1)]!
    next += 1
    return response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text)
  })
  servers.push(server)
  return server
}
const serveWith = async (answer: (response: ServerResponse) => unknown): Promise<MetricsServer> => {
  const server = await startMetricsServer((_request, response) => answer(response))
  servers.push(server)
  return server
}
const optionsFor = ({ url }: MetricsServer, changes: Partial<BenchOptions> = {}): BenchOptions => ({
  url,
  endpoint: 'chat',
  stream: true,
  load: { mode: 'closed', concurrency: 2, requests: 4 },
  prompts: { kind: 'built-in' },
  sampling: { ignoreEos: false },
  serverMetrics: {},
  timeoutMs: 20_000,
  ...changes,
})
const run = (options: BenchOptions) =>
  runBench(options, { signal: new AbortController().signal, version: '1', argv: [] })

/** As vLLM 0.10 writes them; `at` scales what grows. */
const vllm = (at: number, running = 0): string => {
  const labels = 'engine="0",model_name="m"'
  const histogram = (name: string, counts: [string, number][], sum: number): string[] => [
    `# TYPE vllm:${name} histogram`,
    ...counts.map(([bound, count]) => `vllm:${name}_bucket{${labels},le="${bound}"} ${count * at}.0`),
    `vllm:${name}_count{${labels}} ${counts.at(-1)![1] * at}.0`,
    `vllm:${name}_sum{${labels}} ${sum * at}`,
  ]
  return [
    '# HELP python_gc_objects_collected_total Objects collected during gc',
    'python_gc_objects_collected_total{generation="0"} 12091.0',
    `vllm:num_requests_running{${labels}} ${running}.0`,
    `vllm:num_requests_waiting{${labels}} ${running * 2}.0`,
    `vllm:kv_cache_usage_perc{${labels}} 0.${running}`,
    `vllm:prefix_cache_queries_total{${labels}} ${1000 * at}.0`,
    `vllm:prefix_cache_hits_total{${labels}} ${50 * at}.0`,
    `vllm:prompt_tokens_total{${labels}} ${1000 * at}.0`,
    `vllm:generation_tokens_total{${labels}} ${400 * at}.0`,
    `vllm:num_preemptions_total{${labels}} ${2 * at}.0`,
    `vllm:spec_decode_num_draft_tokens_total{${labels}} ${300 * at}.0`,
    `vllm:spec_decode_num_accepted_tokens_total{${labels}} ${210 * at}.0`,
    ...histogram('request_queue_time_seconds', [['0.3', 10], ['+Inf', 10]], 0.5), // prettier-ignore
    ...histogram('request_prefill_time_seconds', [['0.3', 10], ['+Inf', 10]], 1.25), // prettier-ignore
    ...histogram('request_decode_time_seconds', [['0.3', 0], ['+Inf', 10]], 8), // prettier-ignore
    ...histogram('time_to_first_token_seconds', [['0.1', 1], ['0.2', 10], ['+Inf', 10]], 1.75), // prettier-ignore
    '',
  ].join('\n')
}

test("vLLM's figures are the difference between before and after", async () => {
  const server = await serve(vllm(3), vllm(5))
  const result = await run(optionsFor(server, { apiKey: 'sk-secret' }))
  expect(server.asked).toEqual(['GET /metrics', 'GET /metrics'])
  expect(server.authorization()).toBe('Bearer sk-secret')
  expect(result.server_metrics).toMatchObject({
    url: `${server.url.replace('/v1', '')}/metrics`,
    server: 'vllm',
    times: {
      // Below the first bound and beyond the last one nothing is known.
      queue: { count: 20, mean: 50, p50: null, p99: null },
      prefill: { mean: 125 },
      decode: { mean: 800, p50: null, p99: null },
      ttft: { mean: 175, p50: 144.444, p99: 198.889 },
    },
    prompt_tokens: 2000,
    output_tokens: 800,
    cache_hit_rate: 0.05,
    preemptions: 4,
    speculation: { drafted: 600, accepted: 420, acceptance_rate: 0.7 },
  })
  const text = renderReport(result)
  expect(text).toContain("Server's own figures (vllm, all its clients)")
  expect(text).toContain('From prefix cache   5.0 %')
  expect(renderMarkdown([result])).toContain('| TTFT | mean 175.0 ms; by its buckets P50 144.4, P99 198.9 |')
  // The answers told nothing of a cache, and the server did.
  expect(result.notes.join()).toContain(
    "came from the server's prefix cache, though each prompt begins differently",
  )
  expect(JSON.stringify(result)).not.toContain('sk-secret')
})

test('gauges are read while it is measured', async () => {
  const server = await serve(vllm(1), vllm(1, 3), vllm(1, 5), vllm(2))
  const watch = await watchServer({ target: resolveTarget(server.url), apiKey: undefined })
  // A busy machine may skip the look at which there were three.
  await expect.poll(() => server.asked.length).toBeGreaterThanOrEqual(4)
  const metrics = await watch!.stop()
  expect(metrics?.readings).toBeGreaterThanOrEqual(2)
  expect(metrics?.gauges).toMatchObject({ running: { max: 5 }, waiting: { max: 10 }, kv_usage: { max: 0.5 } })
})

const sglang = (at: number): string => `# TYPE sglang:prompt_tokens_total counter
sglang:prompt_tokens_total{model_name="m",is_streaming="true"} ${600 * at}
sglang:prompt_tokens_total{model_name="m",is_streaming="false"} ${400 * at}
sglang:generation_tokens_total{model_name="m"} ${100 * at}
sglang:cached_tokens_total{model_name="m",cache_source="device"} ${200 * at}
sglang:cached_tokens_total{model_name="m",cache_source="host"} ${50 * at}
sglang:queue_time_seconds_sum{model_name="m"} ${0.5 * at}
sglang:queue_time_seconds_count{model_name="m"} ${10 * at}
sglang:num_running_reqs{model_name="m"} 1.0
`
const tgi = (at: number): string => `# TYPE tgi_request_queue_duration histogram
tgi_request_queue_duration_bucket{le="0.001"} ${5 * at}
tgi_request_queue_duration_bucket{le="+Inf"} ${10 * at}
tgi_request_queue_duration_sum ${0.2 * at}
tgi_request_queue_duration_count ${10 * at}
tgi_request_generated_tokens_sum ${70 * at}
tgi_request_generated_tokens_count ${10 * at}
tgi_queue_size 0
`
const llamaServer = (
  at: number,
): string => `# HELP llamacpp:prompt_tokens_total Number of prompt tokens processed.
llamacpp:prompt_tokens_total ${1200 * at}
llamacpp:prompt_seconds_total ${2 * at}
llamacpp:tokens_predicted_total ${800 * at}
llamacpp:tokens_predicted_seconds_total ${16 * at}
llamacpp:requests_processing 1
llamacpp:requests_deferred 0
`

test.each<[string, string, string, object]>([
  [
    'SGLang',
    sglang(1),
    sglang(2),
    {
      server: 'sglang',
      prompt_tokens: 1000,
      cache_hit_rate: 0.25,
      times: { queue: { count: 10, mean: 50 } },
    },
  ],
  ['TGI', tgi(1), tgi(4), { server: 'tgi', output_tokens: 210, times: { queue: { count: 30, mean: 20 } } }],
  [
    'llama-server',
    llamaServer(1),
    llamaServer(2),
    { server: 'llama-server', prefill_tokens_per_second: 600, decode_tokens_per_second: 50, times: {} },
  ],
])('%s has its own names', async (_name, before, after, expected) => {
  const server = await serve(before, after)
  const watch = await watchServer({ target: resolveTarget(server.url), apiKey: undefined })
  expect(await watch!.stop()).toMatchObject(expected)
})

test('a server that started again in between has no figures', async () => {
  const server = await serve(vllm(5), vllm(1))
  const watch = await watchServer({ target: resolveTarget(server.url), apiKey: undefined })
  expect(await watch!.stop()).toBeUndefined()
})

test.each<[string, (response: ServerResponse) => unknown]>([
  ['no metrics', (response) => response.writeHead(404).end('not found')],
  ['a page instead', (response) => response.end('<!doctype html><title>app</title>')],
  ['metrics of something else', (response) => response.end('process_cpu_seconds_total 4\n')],
  ['a cut connection', (response) => response.destroy()],
  ['more than anybody needs', (response) => response.end(`vllm:x 1\n${'# '.repeat(5 * 1024 * 1024)}`)],
])('%s: the run goes on without, and nothing is printed', async (_what, answer) => {
  const server = await serveWith(answer)
  const result = await run(optionsFor(server))
  expect(result.requests).toMatchObject({ succeeded: 4, failed: 0 })
  expect(result.server_metrics).toBeUndefined()
  expect(renderReport(result)).not.toContain("Server's own figures")
  expect(server.asked).toEqual(['GET /metrics', 'GET /api/engines'])
})

test('another address gets no key, and its path is kept', async () => {
  const server = await serveWith((response) => response.writeHead(404).end())
  const other = await serveWith((response) => response.end(llamaServer(1)))
  const url = `${other.url.replace('/v1', '')}/prometheus?name=x`
  const result = await run(optionsFor(server, { serverMetrics: { url }, apiKey: 'sk-secret' }))
  expect(result.server_metrics?.server).toBe('llama-server')
  expect(other.asked[0]).toBe('GET /prometheus?name=x')
  expect(other.authorization()).toBeUndefined()
  expect(server.asked).toEqual([])
})

test('not asked for: nobody asks', async () => {
  const server = await serve(vllm(1))
  const { serverMetrics: _left, ...options } = optionsFor(server)
  expect((await run(options)).server_metrics).toBeUndefined()
  expect(server.asked).toEqual([])
})

test.each([
  ['/reset_prefix_cache', ['POST /reset_prefix_cache']],
  ['/flush_cache', ['POST /reset_prefix_cache', 'POST /flush_cache']],
  [
    '/api/models/reset-cache',
    ['POST /reset_prefix_cache', 'POST /flush_cache', 'POST /api/models/reset-cache'],
  ],
])('--reset-cache finds %s', async (path, asked) => {
  const server = await startMetricsServer(({ url }, response) =>
    response.writeHead(url === path ? 200 : 404).end(),
  )
  servers.push(server)
  const { serverMetrics: _left, ...options } = optionsFor(server, { resetCache: true })
  expect((await run(options)).cache_reset).toBe(path)
  expect(server.asked).toEqual(asked)
})

test('--reset-cache with a server that cannot is refused', async () => {
  const server = await serveWith((response) => response.writeHead(404).end())
  await expect(run(optionsFor(server, { resetCache: true }))).rejects.toMatchObject({
    code: 'invalid_request',
    message: expect.stringContaining('VLLM_SERVER_DEV_MODE=1'),
  })
})
