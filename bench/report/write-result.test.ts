import { expect, test } from 'vitest'
import { resultOf } from '../result.test-kit.ts'
import { encodeResult, encodeResults } from './write-result.ts'

test('the document reads back as it was, one line per sample', () => {
  const samples = [
    { index: 0, start: 0, end: 2 },
    { index: 1, start: 1, end: 3, error: 'reset' },
  ]
  for (const result of [resultOf(), resultOf({ samples })])
    expect(JSON.parse(encodeResult(result))).toEqual(result)
  expect(encodeResult(resultOf({ samples }))).toContain(
    '"samples": [\n    {"index":0,"start":0,"end":2},\n    {"index":1',
  )
})

test('a sweep is one document of several', () => {
  const results = [resultOf({ samples: [{ index: 0, start: 0, end: 2 }] }), resultOf()]
  expect(JSON.parse(encodeResults(results))).toEqual({
    schema: 'sluice.bench.sweep',
    schema_version: 1,
    sweep: {
      unit: 'requests in flight',
      goal: null,
      highest: null,
      first_missed: null,
      ended: 'listed',
      knee: null,
    },
    results,
  })
})
