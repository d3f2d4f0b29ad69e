import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { createLoadFailures } from './load-failures.ts'

const broken = new AppError('invalid_model', 'no model', { details: { n: 1 } })

function open() {
  let time = 0
  const failures = createLoadFailures(() => time)
  const tryIt = () => {
    try {
      failures.assertCool('a')
      return undefined
    } catch (error) {
      return error as AppError
    }
  }
  return { failures, tryIt, pass: (ms: number) => void (time += ms) }
}

test('the same error at once while it cools down, with the time that is left; then it may be tried again', () => {
  const { failures, tryIt, pass } = open()
  failures.failed('a', broken)
  pass(1000)
  expect(tryIt()).toMatchObject({
    code: 'invalid_model',
    message: 'no model',
    retryAfterMs: 4000,
    details: { n: 1 },
  })
  failures.assertCool('b')
  pass(4000)
  expect(tryIt()).toBeUndefined()
})

test('each failure doubles the pause, to a minute; success forgets them', () => {
  const { failures, tryIt, pass } = open()
  const pauses = [5, 10, 20, 40, 60, 60].map((seconds) => {
    failures.failed('a', broken)
    const left = tryIt()?.retryAfterMs
    pass(seconds * 1000)
    return left
  })
  expect(pauses).toEqual([5000, 10_000, 20_000, 40_000, 60_000, 60_000])
  failures.forget('a')
  failures.failed('a', broken)
  expect(tryIt()?.retryAfterMs).toBe(5000)
})

test('a load that was called off says nothing about the model', () => {
  const { failures, tryIt } = open()
  failures.failed('a', new AppError('cancelled', 'called off'))
  expect(tryIt()).toBeUndefined()
})
