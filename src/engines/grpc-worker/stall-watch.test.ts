import { expect, test } from 'vitest'
import { createStallWatch } from './stall-watch.ts'

const stuck = { model: 'm', runningRequests: 1, stepAgeMs: 2_000, stepsTotal: 7 }

test('work, an old step and no new one since the last report', () => {
  const find = createStallWatch(1_000)
  expect(find([stuck])).toBeUndefined()
  expect(find([{ ...stuck, stepAgeMs: 2_250 }])).toEqual({ model: 'm', stepAgeMs: 2_250 })
})

test.each([
  ['steps are made', { stepsTotal: 8 }],
  ['there is no work', { runningRequests: 0 }],
  ['the step is young', { stepAgeMs: 900 }],
])('not when %s', (_, change) => {
  const find = createStallWatch(1_000)
  find([stuck])
  expect(find([{ ...stuck, ...change }])).toBeUndefined()
})

test('waiting requests are work; one model that is stuck among others is found', () => {
  const find = createStallWatch(1_000)
  const waits = { ...stuck, runningRequests: 0, waitingRequests: 1 }
  const models = [{ model: 'other', stepsTotal: 7 }, waits]
  find(models)
  expect(find(models)).toMatchObject({ model: 'm' })
})
