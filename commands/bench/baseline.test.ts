import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
beforeAll(async () => {
  server = await startOddServer((response) => startStream(response).end(goodStream(4)))
  folder = await mkdtemp(join(tmpdir(), 'sluice-baseline-'))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

const run = (...argv: string[]) => runCommand(Bench, ['--url', server.url, '--concurrency', '2', ...argv])

test('a baseline is compared at the end, and the outcome stands in every report', async () => {
  const [main, branch, page, junit] = ['main.json', 'branch.json', 'out.html', 'out.xml'].map((name) => join(folder, name)) as [string, string, string, string] // prettier-ignore
  await run('-n', '8', '--json', main)
  const few = await run('-n', '8', '--baseline', main, '--json', branch, '--html', page, '--junit', junit)
  expect(few).toMatchObject({ exit: 10, stdout: expect.stringContaining('INCONCLUSIVE') })
  const { baseline } = JSON.parse(await readFile(branch, 'utf8')) as BenchResult
  expect(baseline).toMatchObject({ file: main, outcome: 'inconclusive', max_regression: 0.05 })
  expect(await readFile(page, 'utf8')).toContain('INCONCLUSIVE')
  expect(await readFile(junit, 'utf8')).toContain(`not slower than ${main}`)

  // Other settings: the run is kept all the same.
  const other = await run('-n', '8', '--max-tokens', '7', '--baseline', main, '--json', branch)
  expect(other).toMatchObject({ exit: 2, stdout: expect.stringMatching(/the\s+runs\s+differ\s+in\s+max_tokens\s+\(128,\s+then\s+7\)/) }) // prettier-ignore
  expect(JSON.parse(await readFile(branch, 'utf8'))).toMatchObject({ requests: { succeeded: 8 } })
})

test('a baseline that cannot be read is found out before anything is sent', async () => {
  const sent = server.requests.length
  const none = await run('--baseline', join(folder, 'none.json'))
  expect(none).toMatchObject({
    exit: 2,
    stderr: expect.stringContaining('cannot be read: there is no such file'),
  })
  await writeFile(join(folder, 'odd.json'), '{"schema":"sluice.bench","schema_version":1}')
  const odd = await run('--baseline', join(folder, 'odd.json'))
  expect(odd.stderr).toContain('is no whole result: it has no "argv"')
  expect(server.requests).toHaveLength(sent)
})
