import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { waitForRoom } from './wait-for-room.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** The part of a response that matters here; node's own cannot be stalled without minutes of waiting. */
function createResponse() {
  const response = Object.assign(new EventEmitter(), {
    destroyed: false,
    destroy() {
      response.destroyed = true
      response.emit('close')
    },
  })
  return response as unknown as ServerResponse
}

test('goes on when the client has read', async () => {
  const response = createResponse()
  const room = waitForRoom(response, 1000)
  response.emit('drain')
  await room
  await vi.advanceTimersByTimeAsync(5000)
  expect(response.destroyed).toBe(false)
  expect(response.listenerCount('close')).toBe(0)
})

test('a client that leaves, or has left, ends the wait', async () => {
  const response = createResponse()
  const room = expect(waitForRoom(response, 1000)).rejects.toMatchObject({ code: 'cancelled' })
  response.destroy()
  await room
  await expect(waitForRoom(response, 1000)).rejects.toMatchObject({ code: 'cancelled' })
})

test('a client that never reads is cut off', async () => {
  const response = createResponse()
  const room = expect(waitForRoom(response, 1000)).rejects.toMatchObject({ code: 'cancelled' })
  await vi.advanceTimersByTimeAsync(1000)
  await room
  expect(response.destroyed).toBe(true)
})
