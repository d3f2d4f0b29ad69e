import { expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import type { ActionHooks } from './actions.ts'
import { progressStream } from './progress-stream.ts'

const { signal } = new AbortController()

test('progress that nobody has read yet is replaced; the result comes last', async () => {
  const end = Promise.withResolvers<string>()
  let hooks: ActionHooks | undefined
  const stream = progressStream(signal, (given) => {
    hooks = given
    return end.promise
  })
  const first = stream.next()
  hooks!.onProgress({ status: 'x', completed: 1, total: 3 })
  hooks!.onProgress({ status: 'x', completed: 2, total: 3 })
  expect(JSON.parse((await first).value!.data)).toEqual({
    type: 'progress',
    status: 'x',
    completed: 2,
    total: 3,
  })
  end.resolve('fine')
  expect(JSON.parse((await stream.next()).value!.data)).toEqual({ type: 'done', result: 'fine' })
  expect((await stream.next()).done).toBe(true)
})

test('a failure is thrown, for the gateway to encode', async () => {
  const stream = progressStream(signal, () => Promise.reject(new AppError('invalid_model', 'broken')))
  await expect(stream.next()).rejects.toMatchObject({ code: 'invalid_model' })
})
