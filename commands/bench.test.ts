import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BenchResult } from '../bench/result.ts'
import {
  goodStream,
  startOddServer,
  startStream,
  type OddAnswer,
  type OddServer,
} from '../bench/wire/odd-server.test-kit.ts'
import Bench from './bench.ts'
import { runCommand } from '../src/cli/run-command.test-kit.ts'

let server: OddServer | undefined
let answer: OddAnswer
beforeEach(async () => {
  answer = (response) => startStream(response).end(goodStream(4))
  server = await startOddServer((response, request) => answer(response, request))
})
afterEach(async () => {
  await server?.close()
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

const run = (...argv: string[]) => runCommand(Bench, ['--url', server!.url, ...argv])

test('prints the report, counts what was sent, and leaves with 0', async () => {
  const { stdout, stderr, exit } = await run('--concurrency', '3')
  expect(stdout).toContain('30 succeeded, 0 failed')
  expect(stdout).toContain('│ TTFT │')
  expect(stderr).toBe('')
  expect(exit).toBe(0)
  expect(server!.requests).toHaveLength(33)
})

test('understands the names that users of other tools type', async () => {
  const { stdout } = await run('--max-concurrency', '2', '--num-prompts', '7', '--num-warmups', '1')
  expect(stdout).toContain('2 in flight')
  expect(stdout).toContain('7 succeeded, 0 failed')
  expect(server!.requests).toHaveLength(8)
})

test('--json - leaves stdout to the document, and a key is sent but never written', async () => {
  const { stdout, stderr } = await run(
    '-n',
    '5',
    '--api-key',
    'sk-secret',
    '--json',
    '-',
    '--fail-if',
    'error_rate>0',
  )
  const result = JSON.parse(stdout) as BenchResult
  expect(result).toMatchObject({
    requests: { succeeded: 5 },
    thresholds: [{ metric: 'error_rate', passed: true }],
  })
  expect(result.samples).toHaveLength(5)
  expect(stderr).toContain('5 succeeded')
  expect(stdout + stderr).not.toContain('sk-secret')
  expect(server!.requests[0]!.headers.authorization).toBe('Bearer sk-secret')
})

test.each([
  ['SLUICE_API_KEY', 'sk-ours'],
  ['OPENAI_API_KEY', 'sk-theirs'],
])('takes the key from %s', async (name, key) => {
  vi.stubEnv('SLUICE_API_KEY', '')
  vi.stubEnv('OPENAI_API_KEY', '')
  vi.stubEnv(name, key)
  await run('-n', '1', '--warm-up', '0')
  expect(server!.requests[0]!.headers.authorization).toBe(`Bearer ${key}`)
})

test('a condition that is true leaves with 8, one that could not be checked too', async () => {
  const missed = await run('-n', '3', '--fail-if', 'ttft_min>=0', '--fail-if', 'error_rate>0')
  expect(missed.exit).toBe(8)
  expect(missed.stdout).toContain('FAIL  fail if ttft_min>=0')
  expect(missed.stdout).toContain('PASS  fail if error_rate>0')
  const answerOnce = { choices: [{ message: { content: 'x' }, finish_reason: 'stop' }] }
  answer = (response) => response.end(JSON.stringify(answerOnce))
  expect((await run('-n', '3', '--no-stream', '--fail-if', 'output_tokens_per_second<1')).exit).toBe(8)
})

test('no success leaves with 9 and shows why', async () => {
  answer = (response) => response.writeHead(404).end('{"error":{"message":"there is no such model"}}')
  const { stdout, exit } = await run('-n', '3', '--fail-if', 'error_rate>0')
  expect(exit).toBe(9)
  expect(stdout).toContain('there is no such model')
})

test('nobody there leaves with 3, in one line', async () => {
  await server!.close()
  const { stderr, exit } = await run()
  expect(exit).toBe(3)
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(`cannot reach ${server!.url}`)])
})

test.each([
  [['--fail-if', 'ttft_p42>5'], 'there is no metric "ttft_p42"'],
  [['--duration', 'soon'], '--duration "soon" is not a duration'],
  [['--timeout', '0'], '--timeout "0" is not a duration'],
  [['--temperature', 'hot'], '--temperature must be a number'],
  [['--concurrency', '1;4'], '"1;4" does not fit'],
  [['--concurrency', '0'], 'from 1 to 4096'],
  [['--prompt', 'x', '--prompts', 'y'], '--prompt'],
  [['--no-stream', '--fail-if', 'ttft_p99>500'], 'it needs streamed answers'],
  [['--fail-if', 'goodput<90%'], '--goodput ttft:500'],
  [['--prompts', '/nonexistent.jsonl'], '/nonexistent.jsonl: there is no such file'],
  [['--json', '/nonexistent/result.json'], 'its folder does not exist'],
  [['--endpoint', 'telepathy'], '--endpoint'],
])('%j is refused with 2, before anything is sent', async (argv, message) => {
  const { stderr, exit } = await run(...argv)
  expect(stderr).toContain(message)
  expect(exit).toBe(2)
  expect(server!.requests).toHaveLength(0)
})

test('a request rate: the schedule is kept and told', async () => {
  const { stdout, exit } = await run(
    '--request-rate',
    '500',
    '--requests',
    '20',
    '--seed',
    '3',
    '--burstiness',
    '2',
  )
  expect(stdout).toContain('open loop, 500 requests/s, gamma(2) arrivals (seed 3)')
  expect(stdout).toContain('20 succeeded, 0 failed')
  expect(stdout).toMatch(/Dispatch .*\/s, late by P50/)
  expect(stdout).toContain('│ E2E, sent')
  expect(exit).toBe(0)
})

test('a sweep: a report for each level, one table, one document', async () => {
  const { stdout, stderr, exit } = await run(
    '--concurrency',
    '1,3',
    '--requests',
    '6',
    '--goodput',
    'ttft:60000',
    'e2e:60000',
    '--json',
    '-',
  )
  const document = JSON.parse(stdout) as { schema: string; results: BenchResult[] }
  expect(document.schema).toBe('sluice.bench.sweep')
  expect(document.results.map(({ configuration }) => configuration.concurrency)).toEqual([1, 3])
  expect(document.results[0]!.goodput).toMatchObject({
    limits: { ttft: 60_000, e2e: 60_000 },
    good: 6,
    share: 1,
  })
  expect(stderr.match(/6 succeeded/g)).toHaveLength(2)
  expect(stderr).toMatch(/Concurrency .*Goodput\/s/)
  expect(exit).toBe(0)
})

test('one level that misses its limit decides for the sweep', async () => {
  const { exit } = await run(
    '--concurrency',
    '1,2',
    '--requests',
    '2',
    '--goodput',
    'e2e:0',
    '--fail-if',
    'goodput<50%',
  )
  expect(exit).toBe(8)
})

test('--strict refuses a run that is not VALID, and a short one never is', async () => {
  const short = ['--concurrency', '1', '--requests', '2', '--fail-if', 'e2e_p50<0']
  const strict = await run(...short, '--strict')
  expect(strict.stdout).toContain('DEGRADED: the run lasted')
  expect(strict.exit).toBe(10)
  expect((await run(...short)).exit).toBe(0)
})

test('--junit writes what CI reads, and its folder is looked at before the run', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-junit-'))
  try {
    const file = join(folder, 'out.xml')
    const { exit } = await run('--requests', '4', '--fail-if', 'e2e_p50>0', '--junit', file)
    expect(exit).toBe(8)
    expect(await readFile(file, 'utf8')).toMatch(/name="not e2e_p50&gt;0">\s+<failure message="measured/)
    const before = server!.requests.length
    expect((await run('--junit', join(folder, 'no', 'out.xml'))).exit).toBe(2)
    expect(server!.requests).toHaveLength(before)
  } finally {
    await rm(folder, { recursive: true })
  }
})
