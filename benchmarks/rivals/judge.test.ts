import { expect, test } from 'vitest'
import type { Truth } from '../../bench/truth-server/truth.ts'
import { judge } from './judge.ts'
import { textOf } from './table.ts'
import { trueFiguresOf } from './true-figures.ts'

const truthOf = (behaviour: string): Truth => ({
  behaviour,
  prompt: '',
  receivedAt: 1000,
  outputs: [1400, 1500, 1600],
  tokens: 9,
  endedAt: 1900,
})
const truth = trueFiguresOf('late-usage', [truthOf('late-usage'), truthOf('late-usage')])
const right = { succeeded: 2, failed: 0, ttft: 410, tpot: 25, e2e: 605, tokens: 9 }

test('the truth is what the server did', () => {
  expect(truth).toEqual({ requests: 2, fails: false, ttft: 400, tpot: 25, e2e: 600, end: 900, tokens: 9 })
})

test('figures near the truth are right', () => {
  expect(textOf(judge(right, truth, 2))).toBe('✓')
})

test('a figure beyond the tolerance stands beside the truth', () => {
  expect(textOf(judge({ ...right, ttft: 36 }, truth, 2))).toBe('✗ **TTFT 36**, true 400')
  expect(textOf(judge({ ...right, tokens: 3 }, truth, 2))).toBe('✗ **tokens 3**, true 9')
})

test('the end of the answer and gaps between events are definitions', () => {
  expect(textOf(judge({ ...right, e2e: 905, itl: 0.1 }, truth, 2))).toBe('✓ E2E 905 (d), ITL 0.1 (d)')
})

test('a figure that is not there is no error and no tick', () => {
  const { tpot, ...without } = right
  expect(tpot).toBe(25)
  expect(textOf(judge(without, truth, 2))).toBe('○ no TPOT')
})

test('good answers counted as failures are an error, with and without figures', () => {
  expect(textOf(judge({ succeeded: 0, failed: 2 }, truth, 2))).toBe('✗ **succeeded 0**, true 2')
  expect(textOf(judge({ ...right, succeeded: 1, failed: 1 }, truth, 2))).toBe('✗ **succeeded 1**, true 2')
})

test('of failing answers only the count is judged', () => {
  const failing = trueFiguresOf('error-in-200', [{ ...truthOf('error-in-200'), outputs: [] }])
  expect(textOf(judge({ succeeded: 0, failed: 2 }, failing, 2))).toBe('✓')
  expect(textOf(judge({ succeeded: 2, failed: 0, ttft: 1 }, failing, 2))).toBe('✗ **2 of 2 succeeded**')
  expect(textOf(judge({ succeeded: 0, failed: 1 }, failing, 2))).toBe('✗ 1 of 2 failed')
  expect(textOf({ kind: 'no report', why: 'exit 1', lost: true })).toBe('✗ no report (exit 1)')
  expect(textOf({ kind: 'no report', why: 'exit 1', lost: false })).toBe('○ no report (exit 1)')
})
