import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BenchResult } from '../../bench/result.ts'
import type { SweepAnswer } from '../../bench/sweep/describe-sweep.ts'
import { runBenchCommand, startLimitedServer, type LimitedServer } from './search.test-kit.ts'

let server: LimitedServer
let folder: string
let main: string
const goal = ['--sweep', '--concurrency', '8', '--goodput', 'e2e:60000', '--requests', '80']
const file = (name: string): string => join(folder, name)
const run = (...argv: string[]) => runBenchCommand(server.url, ...argv)
const read = async (name: string) => JSON.parse(await readFile(file(name), 'utf8')) as { sweep: SweepAnswer; results: BenchResult[] } // prettier-ignore

beforeAll(async () => {
  server = await startLimitedServer(11, 15)
  folder = await mkdtemp(join(tmpdir(), 'sluice-sweep-baseline-'))
  main = file('main.json')
  expect(await run(...goal, '--json', main)).toMatchObject({ exit: 0 })
}, 120_000)
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

/** Latencies of 15 ms on a busy machine may differ by much, and the limit of this server by nothing. */
const allowed = ['--max-regression', '50']

test('the same limit passes, and every report says so', async () => {
  const files = ['--json', file('a.json'), '--html', file('a.html'), '--markdown', file('a.md'), '--junit', file('a.xml')] // prettier-ignore
  const ran = await run(...goal, '--baseline', main, ...allowed, ...files)
  const sentence = `baseline ${main}: highest load 11 then, 11 now (requests in flight)`
  expect(ran.stdout).toContain(sentence)
  const { sweep, results } = await read('a.json')
  expect(sweep.baseline).toMatchObject({ file: main, before: 11, after: 11, max_regression: 0.5, compared: 'goal', change: { estimate: 0, lower: 0, upper: 0 } }) // prettier-ignore
  // On a machine that is busy now and was not, the same load is certainly slower.
  const slower = sweep.baseline!.latency === 'fail'
  expect(sweep.baseline!.outcome).toBe(slower ? 'fail' : 'pass')
  expect(ran.exit).toBe(slower ? 8 : 0)
  if (!slower) expect(ran.stdout).toContain('PASS: the limit is certainly not lower by more than 50.0 %')
  // The latencies at the load found, of all runs there together.
  expect(results.filter(({ baseline }) => baseline !== undefined)).toHaveLength(1)
  for (const name of ['a.html', 'a.md']) expect(await readFile(file(name), 'utf8')).toContain(sentence)
  const suites = await readFile(file('a.xml'), 'utf8')
  expect(suites).toContain(`name="highest load not lower than in ${main}"${slower ? '>' : '/>'}`)
  if (!slower) expect(suites).not.toContain('<failure')
}, 120_000)

test('a server that answers fewer at a time fails, whatever its own search found', async () => {
  server.capacity = 4
  const files = ['--json', file('b.json'), '--junit', file('b.xml'), '--markdown', file('b.md')]
  const ran = await run(...goal, '--baseline', main, ...allowed, ...files)
  server.capacity = 11
  expect(ran).toMatchObject({ exit: 8, stdout: expect.stringContaining('highest load 11 then, 4 now') })
  expect((await read('b.json')).sweep.baseline).toMatchObject({ outcome: 'fail', before: 11, after: 4 })
  expect(await readFile(file('b.xml'), 'utf8')).toMatch(/highest load not lower than in [^>]*>\s*<failure message="[^"]*11 then, 4 now/) // prettier-ignore
  expect(await readFile(file('b.md'), 'utf8')).toContain('❌ failed')
}, 120_000)

test('another goal is not compared, and the search is kept; a list of the same limits can be a baseline', async () => {
  const other = ['--sweep', '--concurrency', '8', '--goodput', 'e2e:50000', '--requests', '80']
  const ran = await run(...other, '--baseline', main, '--json', file('c.json'))
  expect(ran).toMatchObject({ exit: 2, stdout: expect.stringContaining('the two differ in the limits (e2e 60000 ms, then e2e 50000 ms)') }) // prettier-ignore
  expect((await read('c.json')).sweep).toMatchObject({ highest: { load: 11 }, baseline: { outcome: 'incomparable' } }) // prettier-ignore
  // It has no run at the load found, so that no latency is compared: how fast this machine is does not matter.
  const list = ['--concurrency', '8,10,12', '--goodput', 'e2e:60000', '--requests', '80']
  await run(...list, '--json', file('list.json'))
  const listed = await run(...goal, '--baseline', file('list.json'), ...allowed, '--json', file('e.json'))
  expect((await read('e.json')).sweep.baseline).toMatchObject({ outcome: 'pass', before: 10, after: 11, latency: null }) // prettier-ignore
  expect(listed).toMatchObject({ exit: 0, stdout: expect.stringContaining('10 then, 11 now') })
}, 120_000)

test('without a goal: the knee then and now, and what the runs at it say', async () => {
  const knee = ['--sweep', '--requests', '40', '--sweep-max', '16']
  await run(...knee, '--json', file('knee.json'))
  const ran = await run(...knee, '--baseline', file('knee.json'), '--json', file('d.json'))
  const { baseline } = (await read('d.json')).sweep
  expect(baseline).toMatchObject({ compared: 'knee', change: null })
  // Where the knee lies and how noisy the runs are depends on the machine.
  expect(ran.exit).toBe({ pass: 0, fail: 8, inconclusive: 10, incomparable: 2 }[baseline!.outcome])
  expect(ran.stdout).toContain(baseline!.outcome.toUpperCase())
}, 120_000)
