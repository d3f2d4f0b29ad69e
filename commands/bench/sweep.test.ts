import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { BenchResult } from '../../bench/result.ts'
import type { SweepAnswer } from '../../bench/sweep/describe-sweep.ts'
import { runBenchCommand, startLimitedServer, type LimitedServer } from './search.test-kit.ts'

/** The most that the server answers at one time; it refuses what comes beyond. */
const capacity = 11
let server: LimitedServer
let folder: string

beforeEach(async () => {
  server = await startLimitedServer(capacity, 5)
  folder = await mkdtemp(join(tmpdir(), 'sluice-sweep-'))
})
afterEach(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

type Document = { results: BenchResult[]; sweep: SweepAnswer }

const run = (...argv: string[]) => runBenchCommand(server.url, ...argv)

test('the highest load that a server of known capacity answers', async () => {
  const [json, html, markdown] = ['a.json', 'a.html', 'a.md'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  const limits = [
    '--goodput',
    'e2e:60000',
    '--requests',
    '80',
    '--sweep-max',
    '64',
    '--fail-if',
    'error_rate>1%',
  ]
  const junit = join(folder, 'a.xml')
  const ran = await run(
    '--sweep',
    ...limits,
    '--json',
    json,
    '--html',
    html,
    '--markdown',
    markdown,
    '--junit',
    junit,
  )
  const { sweep, results } = JSON.parse(await readFile(json, 'utf8')) as Document
  expect(sweep).toMatchObject({
    unit: 'requests in flight',
    goal: { limits: { e2e: 60_000 }, share: 0.95 },
    highest: { load: capacity, certain: true, share: 1 },
    first_missed: { load: capacity + 1, certain: true },
    ended: 'found',
  })
  expect(sweep.highest!.runs).toBeGreaterThan(1)
  expect(sweep.first_missed!.runs).toBeGreaterThan(1)
  expect(results.map(({ configuration }) => configuration.concurrency).slice(0, 5)).toEqual([1, 2, 4, 8, 16])
  const sentence = `highest load that meets e2e 60000 ms in at least 95.0 % of requests: ${capacity} requests in flight`
  expect(ran.stdout).toContain(sentence)
  expect(await readFile(html, 'utf8')).toContain(sentence)
  expect(await readFile(markdown, 'utf8')).toContain(sentence)
  // What was refused beyond the limit fails no gate and no exit code.
  const suites = await readFile(junit, 'utf8')
  expect(suites).toContain('<testcase classname="sluice.bench" name="a load meets the goal"/>')
  expect(suites).toContain(`concurrency ${capacity}"`)
  expect(suites).not.toContain('<failure')
  expect(ran.exit).toBe(0)
})

test('a goal that no load meets has an exit code of its own', async () => {
  const junit = join(folder, 'a.xml')
  const ran = await run('--sweep', '--goodput', 'e2e:0', '--requests', '80', '--junit', junit)
  expect(await readFile(junit, 'utf8')).toContain(
    '<failure message="no load that was measured meets e2e 0 ms',
  )
  expect(ran.stdout).toContain('no load that was measured meets e2e 0 ms')
  expect(ran.exit).toBe(8)
})

test('an interrupt ends the search and shows what it had found', async () => {
  const json = join(folder, 'a.json')
  const running = run('--sweep', '--goodput', 'e2e:60000', '--requests', '200', '--json', json)
  await expect.poll(() => server.requests.length).toBeGreaterThan(300)
  process.emit('SIGINT')
  const ran = await running
  expect(ran.exit).toBe(130)
  expect(ran.stdout).toContain('the search was interrupted')
  const { sweep, results } = JSON.parse(await readFile(json, 'utf8')) as Document
  expect(sweep).toMatchObject({ ended: 'interrupted', highest: { load: expect.any(Number) } })
  expect(results.at(-1)!.interrupted).toBe(true)
})

test('without limits: the knee of throughput, which a refused request brings none of', async () => {
  const ran = await run('--sweep', '--requests', '60', '--max-tokens', '4', '--sweep-max', '64')
  // Which load that is depends on the machine; the rule itself is tested without a clock.
  expect(ran.stdout).toMatch(/^knee: (\d+ requests in flight, at [\d,.]+ output tokens\/s|none)/m)
  expect(ran.exit).toBe(0)
})

test('a search that would never end stops where it was told to', async () => {
  const ran = await run('--sweep', '--goodput', 'e2e:60000', '--requests', '80', '--sweep-max', '6')
  expect(ran.stdout).toContain('of requests: 6 requests in flight')
  expect(ran.stdout).toContain('raise --sweep-max')
})

test.each([
  ['--sweep-max needs --sweep', ['--sweep-max', '4']],
  ['give that too', ['--sweep', '--goodput-share', '90%']],
  ['expected a share from 50% to 99.9%', ['--sweep', '--goodput', 'e2e:1', '--goodput-share', '100%']],
  ['give one --concurrency', ['--sweep', '--concurrency', '1,2']],
  ['--sweep-max 2: expected a whole number from 4', ['--sweep', '--concurrency', '4', '--sweep-max', '2']],
])('refused: %s', async (reason, argv) => {
  const ran = await run(...argv)
  expect(ran.stderr).toContain(reason)
  expect(ran.exit).toBe(2)
  expect(server.requests).toHaveLength(0)
})
