import { expect, test } from 'vitest'
import { planStep } from './plan-step.ts'

const generating = (evaluated: number) => ({ evaluated, total: evaluated + 1, generating: true })
const prompt = (evaluated: number, total: number) => ({ evaluated, total, generating: false })
const sizes = (chunks: ReturnType<typeof planStep>) => chunks.map(({ count, samples }) => [count, samples])

test('nothing runs, nothing is planned', () => {
  expect(planStep([], 8)).toEqual([])
})

test('everybody who generates gets one token, before any prompt', () => {
  const sequences = [prompt(0, 100), generating(5), generating(9)]
  const chunks = planStep(sequences, 8)
  expect(chunks.map(({ sequence }) => sequences.indexOf(sequence as never))).toEqual([1, 2, 0])
  expect(sizes(chunks)).toEqual([
    [1, true],
    [1, true],
    [6, false],
  ])
})

test('prompts fill the budget in order of arrival; only a finished one is sampled', () => {
  expect(sizes(planStep([prompt(10, 14), prompt(0, 3), prompt(0, 9)], 10))).toEqual([
    [4, true],
    [3, true],
    [3, false],
  ])
})

test('a prompt found in the cache needs its last token only', () => {
  expect(sizes(planStep([prompt(63, 64)], 8))).toEqual([[1, true]])
})

test('a prompt moves on even when everybody else generates', () => {
  const sequences = [...Array.from({ length: 7 }, () => generating(1)), prompt(0, 4)]
  expect(sizes(planStep(sequences, 8)).at(-1)).toEqual([1, false])
})

test('a long prompt is done after as many steps as it has chunks, and loses no token', () => {
  let evaluated = 0
  const steps = []
  while (evaluated < 1000) {
    const [chunk] = planStep([prompt(evaluated, 1000)], 256)
    evaluated += chunk!.count
    steps.push(chunk!.samples)
  }
  expect(evaluated).toBe(1000)
  expect(steps).toEqual([false, false, false, true])
})
