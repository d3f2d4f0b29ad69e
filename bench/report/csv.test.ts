import { expect, test } from 'vitest'
import { resultOf } from '../result.test-kit.ts'
import { encodeCsv } from './csv.ts'

test('a row for each request of each run; what was not measured is empty', () => {
  const samples = [
    {
      index: 1,
      start: 2.5,
      end: 90,
      ttft: 40,
      e2e: 80,
      prompt_tokens: 9,
      cached_tokens: 4,
      output_tokens: 11,
      events: 11,
    },
    { index: 0, start: 0, end: 1500, error: 'odd, "kind"' },
  ]
  const lines = encodeCsv([resultOf({ samples }), resultOf({ samples: [{ index: 0, due: 1, start: 2, end: 3, ttft: 5, e2e: 5, output_tokens: 4, turn: 2 }] })]).split('\r\n') // prettier-ignore
  expect(lines).toEqual([
    'load,index,started_at,due_ms,start_ms,end_ms,ttft_ms,tpot_ms,e2e_ms,prompt_tokens,output_tokens,events,error,turn,cached_tokens',
    'concurrency 4,1,2026-01-02T03:04:05.680Z,,2.5,90,40,4,80,9,11,11,,,4',
    'concurrency 4,0,2026-01-02T03:04:05.678Z,,0,1500,,,,,,,"odd, ""kind""",,',
    // Everything came in one read: there is no time per further token.
    'concurrency 4,0,2026-01-02T03:04:05.680Z,1,2,3,5,,5,,4,,,2,',
    '',
  ])
})
