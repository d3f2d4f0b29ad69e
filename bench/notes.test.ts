import { expect, test } from 'vitest'
import { writeNotes } from './notes.ts'
import type { NoteFacts } from './note-facts.ts'
import type { BenchOptions } from './options.ts'
import { createBuiltInPrompts, createListedPrompts } from './prompts/prompts.ts'
import { createRecorder, type Recorded } from './record/recorder.ts'
import { createLatency } from './record/statistics.ts'

const prompts = createBuiltInPrompts(1, 'abc')
const list = ['one', 'two'].map((text) => ({ where: text, text, extra: {} }))

/** Ten requests of 20 ms each in ten seconds. */
const recordedOf = (changes: Partial<Recorded> = {}): Recorded => {
  const e2e = createLatency()
  e2e.record(20)
  const empty = createRecorder().recorded()
  const latencies = { ...empty.latencies, e2e: e2e.summary() }
  const tokens = { ...empty.tokens, source: 'usage' as const, gapsAreNotTokens: undefined }
  return { ...empty, sent: 10, succeeded: 10, durationMs: 10_000, latencies, tokens, ...changes }
}
const baseOptions: BenchOptions = {
  url: 'http://x',
  endpoint: 'chat',
  stream: true,
  load: { mode: 'closed', concurrency: 2 },
  prompts: { kind: 'built-in' },
  sampling: { ignoreEos: false },
  timeoutMs: 1000,
}
const optionsOf = ({ prefixLen }: { prefixLen: number }): BenchOptions => ({
  ...baseOptions,
  prompts: { kind: 'random', inputLen: 100, outputLen: 10, rangeRatio: 0, prefixLen, prefixes: 1 },
})
const notesOf = (changes: Partial<NoteFacts> = {}): string[] =>
  writeNotes({
    options: baseOptions,
    prompts,
    recorded: recordedOf(),
    interrupted: false,
    usageRefused: false,
    openedDuring: 0,
    resent: 0,
    warmed: { sent: 2, failed: 0, errors: [] },
    dispatch: undefined,
    ...changes,
  })

test('a clean run says only what its prompts were', () => {
  expect(notesOf()).toEqual([expect.stringContaining('built-in prompts')])
})

test('answers that ended at once are told', () => {
  const { tokens } = recordedOf()
  expect(notesOf({ recorded: recordedOf({ tokens: { ...tokens, emptyAnswers: 2 } }) })).toContainEqual(
    expect.stringContaining('2 answers ended without any output'),
  )
})

test('answers shorter than asked are told, unless the model ended them', () => {
  const answer = (tokens: number, error?: string) => ({
    index: 0, start: 0, end: 1, output_tokens: tokens, ...(error !== undefined && { error }),
  }) // prettier-ignore
  const samples = [answer(8), answer(3), answer(20), answer(1, 'truncated')]
  const notes = (sampling: Partial<BenchOptions['sampling']>, finishReasons: Record<string, number>) =>
    notesOf({
      options: { ...baseOptions, sampling: { ignoreEos: false, ...sampling } },
      recorded: recordedOf({ samples, succeeded: 3, finishReasons }),
    }).join('\n')
  expect(notes({ minTokens: 5 }, {})).toContain('1 answer shorter than --min-tokens 5')
  expect(notes({ minTokens: 3 }, {})).not.toContain('min-tokens')
  expect(notes({ maxTokens: 20 }, { length: 2, stop: 1 })).toContain(
    "1 answer ended by the server's own limit before --max-tokens 20",
  )
  expect(notes({ maxTokens: 20 }, { length: 1, stop: 2 })).not.toContain('--max-tokens')
})

test('prompts that repeat are told', () => {
  const repeated = createListedPrompts('file', list, prompts)
  expect(notesOf({ prompts: repeated })).toEqual([
    expect.stringContaining('2 prompts were sent 10 times in turn'),
  ])
  expect(notesOf({ prompts: repeated, recorded: recordedOf({ sent: 2 }) })).toEqual([])
  const single = createListedPrompts('text', list.slice(0, 1), prompts)
  expect(notesOf({ prompts: single })).toEqual([
    expect.stringContaining('every request sent the same prompt'),
  ])
})

test.each<[string, Partial<NoteFacts>]>([
  ['only 1 request for 2 connections', { recorded: recordedOf({ sent: 1 }) }],
  ['3 new connections while measuring', { openedDuring: 3 }],
  ['1 of 2 warm-up requests failed and', { warmed: { sent: 2, failed: 1, errors: [] } }],
  ['no raw samples of the last 7 requests', { recorded: recordedOf({ samplesDropped: 7 }) }],
  ['the run was interrupted', { interrupted: true }],
  ['refuses stream_options.include_usage', { usageRefused: true }],
])('%s', (text, changes) => {
  expect(notesOf(changes).join('\n')).toContain(text)
})

test('prompts that no cache could know, found in one, are told; with what they share', () => {
  const from = (cachedPrompt: number | undefined) => {
    const { tokens } = recordedOf()
    return recordedOf({ tokens: { ...tokens, prompt: 1000, cachedPrompt } })
  }
  expect(notesOf({ recorded: from(9) })).toEqual([expect.stringContaining('finds the chat template only')])
  expect(notesOf({ recorded: from(80) })).toEqual([
    expect.stringMatching(/^8\.0 % of the prompt tokens \(8\.0 a request\).*no more than a chat template/),
  ])
  expect(notesOf({ recorded: from(500) })).toEqual([
    expect.stringMatching(/^50\.0 % of the prompt tokens \(50\.0 a request\).*--reset-cache/),
  ])
  expect(notesOf({ recorded: from(500), cacheReset: '/flush_cache' })[0]).not.toContain('--reset-cache')
  const options = optionsOf({ prefixLen: 0 })
  const random = { ...prompts, source: 'random' as const, calibration: { by: 'usage' as const, overhead: 12, perUnit: 1 } } // prettier-ignore
  expect(notesOf({ options, prompts: random, recorded: from(80) }).join()).toContain('no more than the chat')
  expect(notesOf({ options, prompts: random, recorded: from(500) }).join()).toContain(
    'template (12 tokens) and',
  )
  // What repeats on purpose is no news.
  const shared = optionsOf({ prefixLen: 64 })
  expect(notesOf({ options: shared, prompts: random, recorded: from(500) }).join()).not.toContain(
    'a request)',
  )
})
