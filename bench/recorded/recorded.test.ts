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
