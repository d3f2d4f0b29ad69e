import { expect, test } from 'vitest'
import { MemoryContext } from './memory-context.test-kit.ts'
import { createThreadControl } from './thread-control.ts'
import type { ThreadGovernor } from './thread-governor.ts'

const shape = { rows: 3, prefill: false }

function createScripted(answers: number[]) {
  const seen: unknown[][] = []
  const governor: ThreadGovernor = {
    choose(...input) {
      seen.push(input)
      return answers.shift()!
    },
    record: (...input) => void seen.push(input),
  }
  return { seen, governor }
}

test('each step gets what the governor says, with what it should know', () => {
  const context = new MemoryContext(1)
  const { seen, governor } = createScripted([2, 2, 1])
  const neighbours = { beforeStep: () => 4, afterStep: () => 5 }
  const control = createThreadControl({ context, threads: 1, governor, neighbours })
  control.beforeStep(shape)
  control.afterStep(12)
  control.beforeStep(shape)
  control.beforeStep(shape)
  expect(seen).toEqual([
    [shape, 4],
    [12, 5],
    [shape, 4],
    [shape, 4],
  ])
  expect(context.threadChanges).toEqual([2, 1])
  expect(control.count()).toBe(1)
})

test('a fixed number stays, also when it comes later', () => {
  const context = new MemoryContext(1)
  const plain = createThreadControl({ context, threads: 3 })
  plain.beforeStep(shape)
  plain.afterStep(1)
  expect([plain.count(), context.threadChanges]).toEqual([3, []])
  const { governor } = createScripted([2])
  const control = createThreadControl({ context, threads: 1, governor })
  control.beforeStep(shape)
  control.fix(6)
  control.beforeStep(shape)
  expect([control.count(), context.threadChanges]).toEqual([6, [2, 6]])
})
