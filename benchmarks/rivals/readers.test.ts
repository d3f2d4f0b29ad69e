import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rivals } from './registry.ts'
import type { Figures } from './rival.ts'

/** Real reports of 32 requests, cut to the parts that are read and those beside them. */
const read = async (tool: string, file: string): Promise<Figures> =>
  rivals[tool]!.decode(await readFile(join(import.meta.dirname, 'fixtures', file), 'utf8'))

test.each([
  ['sluice', 'sluice.json', ['itl']],
  ['vllm', 'vllm.json', ['itl']],
  ['sglang', 'sglang.jsonl', ['itl']],
  ['guidellm', 'guidellm.json', []],
  ['aiperf', 'aiperf.json', []],
  ['inference-perf', 'inference-perf.json', ['itl']],
  ['evalscope', 'evalscope.json', ['itl']],
  ['genai-bench', 'genai-bench.json', []],
])('the report of %s is read in milliseconds', async (tool, file, more) => {
  const figures = await read(tool, file)
  expect(figures).toMatchObject({ succeeded: 32, failed: 0, tokens: 50 })
  // The first token came after 200 ms and 49 followed, one each 20 ms; the machine was busy.
  expect(figures.ttft).toBeGreaterThan(195)
  expect(figures.ttft).toBeLessThan(400)
  expect(figures.tpot).toBeGreaterThan(19)
  expect(figures.tpot).toBeLessThan(40)
  expect(figures.e2e).toBeGreaterThan(1170)
  expect(figures.e2e).toBeLessThan(2500)
  expect(Object.keys(figures).filter((key) => key === 'itl')).toEqual(more)
})

test.each([
  ['vllm', 'vllm-failed.json'],
  ['guidellm', 'guidellm-failed.json'],
  ['inference-perf', 'inference-perf-failed.json'],
  ['evalscope', 'evalscope-failed.txt'],
])('a report of %s without any success has counts and no figures', async (tool, file) => {
  expect(await read(tool, file)).toEqual({ succeeded: 0, failed: 32 })
})

test('figures of requests that had no output are left out', async () => {
  expect(await read('inference-perf', 'inference-perf-error-in-200.json')).toMatchObject({
    succeeded: 32,
    failed: 0,
  })
  expect(await read('sglang', 'sglang-error-in-200.jsonl')).not.toHaveProperty('ttft')
})

test('a report in another form is refused by its reader', () => {
  for (const { decode } of Object.values(rivals)) expect(() => decode('{}')).toThrow()
})
