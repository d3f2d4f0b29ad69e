import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BenchResult } from '../../bench/result.ts'
import {
  goodStream,
  startOddServer,
  startStream,
  type OddServer,
} from '../../bench/wire/odd-server.test-kit.ts'
import Bench from '../bench.ts'
import { runCommand } from '../../src/cli/run-command.test-kit.ts'

let server: OddServer
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-familiar-'))
  server = await startOddServer((response) => startStream(response).end(goodStream(4)))
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true })
  vi.restoreAllMocks()
})

const run = (...argv: string[]) => runCommand(Bench, [...argv, '--no-floor', '--threads', '1'])

test("vLLM's way to write it: base URL and path, headers, fields, its block, its file; no secret anywhere", async () => {
  const { stdout, stderr, exit } = await run(
    '--base-url', server.url.replace('/v1', ''), '--backend', 'openai-chat', '--endpoint', '/v1/chat/completions',
    '--model', 'org/big', '--served-model-name', 'odd', '--num-prompts', '6', '--max-concurrency', '2', '--request-rate', 'inf',
    '--header', 'x-key=s3cret1', '-H', 'Authorization: Bearer s3cret2', '--extra-body', '{"top_k": 20}', '--top-p', '0.9',
    '--extra-inputs', 'ignore_eos:true', '--metadata', 'tp=1', '--ready-check-timeout-sec', '30', '--tokenizer', 'org/big',
    '--format', 'vllm', '--result-dir', folder, '--json', join(folder, 'own.json'), '--html', join(folder, 'own.html'),
    '--markdown', join(folder, 'own.md'), '--fail-if', 'p99_ttft_ms>60000',
  ) // prettier-ignore
  expect(exit).toBe(0)
  expect(stdout).toMatch(/^={12} Serving Benchmark Result ={12}\nSuccessful requests: {21}6 /)
  expect(stdout.trimEnd()).toMatch(/\n={50}$/)
  expect(stderr).toContain('--tokenizer is not used')
  expect(stderr).toContain('PASS  fail if p99_ttft_ms>60000')
  for (const { path, body, headers } of server.requests) {
    expect(path).toBe('/v1/chat/completions')
    expect(body).toMatchObject({ model: 'odd', top_k: 20, top_p: 0.9 })
    expect(headers).toMatchObject({ 'x-key': 's3cret1', authorization: 'Bearer s3cret2' })
  }
  expect(server.requests.at(-1)!.body).toMatchObject({ ignore_eos: true, stream: true })
  const own = JSON.parse(await readFile(join(folder, 'own.json'), 'utf8')) as BenchResult
  expect(own).toMatchObject({
    target: { model: 'odd' },
    metadata: { tp: '1' },
    configuration: {
      headers: ['x-key', 'authorization'],
      extra_body: { top_k: 20, top_p: 0.9 },
      ignore_eos: true,
    },
    compat: { vllm: { completed: 6, backend: 'openai-chat', model_id: 'org/big', max_concurrency: 2 } },
  })
  const files = await readdir(folder)
  const saved = files.find((file) => file.startsWith('openai-chat-infqps-concurrency2-big-'))!
  expect(JSON.parse(await readFile(join(folder, saved), 'utf8'))).toMatchObject({ tp: '1', completed: 6 })
  for (const file of files) expect(await readFile(join(folder, file), 'utf8')).not.toContain('s3cret')
  expect(stdout + stderr).not.toContain('s3cret')
})

test('--repeat measures all loads in turn, and the gate goes by the median', async () => {
  const { stdout, exit } = await run(
    '--url', server.url, '--concurrency', '1,2', '-n', '4', '--num-runs', '2', '--fail-if', 'p99_ttft_ms<0',
    '--json', join(folder, 'own.json'), '--html', join(folder, 'own.html'), '--explain',
  ) // prettier-ignore
  expect(exit).toBe(0)
  expect(stdout).toMatch(
    /run 1 of 2, concurrency 1.*\nrun 1 of 2, concurrency 2.*\nrun 2 of 2, concurrency 1/,
  )
  expect(stdout).toContain('concurrency 2, 2 runs')
  expect(stdout).toContain('(median of 2 runs ')
  expect(stdout).toContain('What the figures mean')
  const document = JSON.parse(await readFile(join(folder, 'own.json'), 'utf8')) as { results: BenchResult[]; repeat: unknown } // prettier-ignore
  expect(document.results.map(({ repeat }) => repeat?.run)).toEqual([1, 1, 2, 2])
  expect(document.repeat).toMatchObject([
    { load: 'concurrency 1', runs: 2 },
    { load: 'concurrency 2', runs: 2 },
  ])
  expect(await readFile(join(folder, 'own.html'), 'utf8')).toContain('Over all runs')
})

test.each([
  [['--extra-body', '{"stream": false}'], 'use --no-stream'],
  [['--header', 'Content-Length: 1'], 'set by the load generator'],
  [['--sweep', '--repeat', '2'], 'leave --repeat out'],
  [['--ready-timeout', 'soon'], 'is not a duration'],
])('%j is refused before anything is sent', async (argv, reason) => {
  const { stderr, exit } = await run('--url', server.url, ...argv)
  expect(stderr).toContain(reason)
  expect(exit).toBe(2)
  expect(server.requests).toHaveLength(0)
})
