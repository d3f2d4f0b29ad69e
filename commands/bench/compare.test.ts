import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeResults } from '../../bench/report/write-result.ts'
import type { BenchResult } from '../../bench/result.ts'
import { resultOf } from '../../bench/result.test-kit.ts'
import BenchCompare from './compare.ts'
import { runCommand } from '../../src/cli/run-command.test-kit.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-compare-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Requests of 100 to 109 ms, times a factor. */
const write = async (
  name: string,
  count: number,
  factor: number,
  concurrency = 4,
  more: Partial<BenchResult> = {},
): Promise<string> => {
  const samples = Array.from({ length: count }, (_, index) => {
    const e2e = (100 + (index % 10)) * factor
    return { index, start: index, end: index, ttft: e2e / 2, e2e, output_tokens: 11 }
  })
  const configuration = { ...resultOf().configuration, concurrency }
  const path = join(folder, name)
  await writeFile(path, encodeResults([resultOf({ samples, configuration, ...more })]))
  return path
}

const run = (...argv: string[]) => runCommand(BenchCompare, argv)

test('alike passes, slower fails, and few requests are no answer', async () => {
  const base = await write('base.json', 400, 1)
  expect(await run(base, await write('same.json', 400, 1))).toMatchObject({
    exit: 0,
    stdout: expect.stringContaining('PASS: nothing is slower by more than 5.0 %'),
  })
  const slow = await write('slow.json', 400, 1.2)
  const failed = await run(base, slow)
  expect(failed.exit).toBe(8)
  expect(failed.stdout).toMatch(/ttft_p50 +│ +52\.0 ms │ +62\.4 ms │ +\+20\.0 %/)
  expect((await run(base, slow, '--max-regression', '40%')).exit).toBe(0)
  const few = await run(base, await write('few.json', 10, 1))
  expect(few.exit).toBe(10)
  expect(few.stdout).toMatch(/INCONCLUSIVE: .* about \d+\s+more\s+in each run would do/s)
})

test('different settings are refused, unless forced', async () => {
  const [base, other] = [await write('a.json', 400, 1), await write('b.json', 400, 1, 8)]
  const refused = await run(base, other)
  expect(refused.stderr).toContain('the runs differ in the concurrency (4, then 8)')
  expect(refused.exit).toBe(2)
  expect((await run(base, other, '--force')).exit).toBe(0)
  expect((await run(base, base, '--max-regression', 'much')).stderr).toContain('expected a percentage')
})

test('an INVALID run is compared, and said to be one', async () => {
  const verdict = { ...resultOf().verdict, status: 'INVALID' as const }
  const [good, bad] = [await write('good.json', 400, 1), await write('bad.json', 400, 1, 4, { verdict })]
  expect((await run(good, bad)).stderr).toBe(
    `sluice: warning: ${bad} is INVALID: its latencies are partly the load generator's own\n`,
  )
  expect((await run(good, good)).stderr).toBe('')
})
