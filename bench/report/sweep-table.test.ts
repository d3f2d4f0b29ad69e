import { expect, test } from 'vitest'
import { resultOf } from '../result.test-kit.ts'
import { renderSweep } from './sweep-table.ts'

const at = (concurrency: number) =>
  resultOf({ configuration: { ...resultOf().configuration, concurrency }, error_rate: concurrency / 100 })

test('a line for each level: what it brings and costs, then TTFT and TPOT by load', () => {
  const lines = renderSweep([at(1), at(16)]).split('\n')
  expect(lines[1]).toMatch(/│ Concurrency │ Requests\/s │ +Output │ Errors │ Verdict │ +E2E │/)
  expect(lines[4]).toMatch(
    /│ +1 │ +8\.16 │ +522\.4 │ +1\.0 % │ +VALID │ +240\.0 │ +504\.0 │ +480\.0 │ +864\.0 │ +1,200\.0 │ +1,440\.0 │/,
  )
  expect(lines[5]).toMatch(/│ +16 │.* 16\.0 % │ +VALID │ /)
  expect(lines[8]).toMatch(/│ Concurrency │ +TTFT │ +TTFT │ +TTFT │ +TTFT │ +TTFT │ +TTFT │ +TPOT │/)
  expect(lines[12]).toMatch(
    /│ +16 │ +20\.0 │ +42\.0 │ +40\.0 │ +72\.0 │ +100\.0 │ +120\.0 │ +7\.35 │ +7\.00 │ +12\.60 │/,
  )
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
  expect(text).toMatch(/Requests\/s asked .* Goodput\/s │ Errors/)
  expect(text).toMatch(/│ +2\.5 │.*│ +1\.25 │ +- │ +VALID │ +- │ +- │ +- │ +- │ +- │ +- │/)
  // Nothing was streamed: no table of TTFT.
  expect(text).not.toContain('TTFT')
})

test('at 80 columns no line is wider, and nothing is left out', () => {
  const text = renderSweep([at(1), at(16)], 80)
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(text.match(/Concurrency/g)).toHaveLength(4)
  for (const head of ['Verdict', 'E2E', 'TTFT', 'TPOT']) expect(text).toContain(head)
})
