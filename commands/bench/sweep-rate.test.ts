import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { BenchResult } from '../../bench/result.ts'
import { levelsOf, type SweepAnswer } from '../../bench/sweep/describe-sweep.ts'
import { runBenchCommand, startLimitedServer } from './search.test-kit.ts'

/** Eight at a time, each for 10 ms: by Erlang's loss formula 5 % are refused at about 450 requests/s. */
test('the highest request rate that a server with a known limit answers, over HTTP', async () => {
  const server = await startLimitedServer(8, 10)
  const folder = await mkdtemp(join(tmpdir(), 'sluice-sweep-rate-'))
  const json = join(folder, 'a.json')
  try {
    const goal = ['--goodput', 'e2e:60000', '--requests', '150', '--sweep-max', '20000']
    const ran = await runBenchCommand(server.url, '--sweep', '--request-rate', '150', '--seed', '3', ...goal, '--json', json) // prettier-ignore
    const { sweep, results } = JSON.parse(await readFile(json, 'utf8')) as { sweep: SweepAnswer; results: BenchResult[] } // prettier-ignore
    expect(sweep).toMatchObject({ unit: 'requests/s', goal: { share: 0.95 }, ended: 'found' })
    const [highest, missed] = [sweep.highest!, sweep.first_missed!]
    expect(highest.share).toBeGreaterThanOrEqual(0.95)
    expect(missed.share).toBeLessThan(0.95)
    expect(missed.load).toBeGreaterThan(highest.load)
    expect(missed.load / highest.load).toBeLessThan(1.06)
    for (const { load, outcome } of levelsOf(results)) {
      if (load <= highest.load) expect(outcome?.outcome, `${load}/s`).not.toBe('misses')
    }
    // Each run left on a schedule of its own rate, all of it, and was judged as an open loop.
    for (const { configuration, requests, dispatch, verdict, samples } of results) {
      expect(configuration).toMatchObject({ mode: 'open', arrivals: { arrival: 'poisson', seed: 3 } })
      expect(requests.sent).toBe(150)
      expect(requests.failed).toBe(samples.filter(({ error }) => error === 'http_503').length)
      expect(dispatch).toMatchObject({ scheduled: 150 })
      expect(Math.abs(dispatch!.rate_scheduled! / configuration.arrivals!.rate - 1)).toBeLessThan(0.1)
      expect(verdict.checks.map(({ check }) => check)).toContain('rate_shortfall')
      expect(samples.every(({ due, good, error }) => due !== undefined && good === (error === undefined))).toBe(true) // prettier-ignore
    }
    expect(ran.stdout).toMatch(/highest load that meets .*: [\d.]+ requests\/s/)
    // Of the runs at the load found only: what the search overloaded on purpose fails nothing.
    const judged = results.filter(({ configuration }) => configuration.arrivals!.rate === highest.load)
    expect(ran.exit).toBe(judged.some(({ verdict }) => verdict.status === 'INVALID') ? 10 : 0)
  } finally {
    await server.close()
    await rm(folder, { recursive: true })
  }
}, 120_000)
