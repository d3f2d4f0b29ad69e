import { expect, test } from 'vitest'
import { resultOf } from '../result.test-kit.ts'
import { renderSweep } from './sweep-table.ts'

const at = (concurrency: number) =>
  resultOf({ configuration: { ...resultOf().configuration, concurrency }, error_rate: concurrency / 100 })

test('one line a level', () => {
  const lines = renderSweep([at(1), at(16)]).split('\n')
  expect(lines[1]).toMatch(/│ Concurrency │ Requests\/s │ +Output │ +TTFT │/)
  expect(lines[4]).toMatch(
    /│ +1 │ +8\.16 │ +522\.4 │ +40\.0 │ +100\.0 │ +7\.00 │ +480\.0 │ +1,200\.0 │ +1\.0 % │ +VALID │/,
  )
  expect(lines[5]).toMatch(/│ +16 │.* 16\.0 % │ +VALID │/)
})

test('rates, goodput, and what was not measured', () => {
  const arrivals = { arrival: 'poisson' as const, rate: 2.5, burstiness: 1, ramp_up_s: null, seed: 1 }
  const none = Object.fromEntries(Object.keys(resultOf().latency).map((name) => [name, null]))
  const text = renderSweep([
    resultOf({
      configuration: { ...resultOf().configuration, arrivals },
      goodput: { limits: { ttft: 1 }, good: 5, share: 0.5, requests_per_second: 1.25 },
      latency: none as ReturnType<typeof resultOf>['latency'],
      error_rate: null,
    }),
  ])
  expect(text).toMatch(/Requests\/s asked .* Goodput\/s/)
  expect(text).toMatch(/│ +2\.5 │.*│ +- │ +- │ +- │ +- │ +- │ +- │ +VALID │ +1\.25 │/)
})
