import type { ServerResponse } from 'node:http'
import { AppError } from '../errors.ts'

/**
 * Waits until a client has read what it was sent. One that leaves a full buffer unread for `stallMs` counts as
 * gone: nothing can be said to somebody who does not read, so the connection is cut.
 */
export async function waitForRoom(response: ServerResponse, stallMs: number): Promise<void> {
  const gone = new AppError('cancelled', 'the client went away')
  if (response.destroyed) throw gone
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const leave = () => reject(gone)
  const timer = setTimeout(() => response.destroy(), stallMs)
  response.once('drain', resolve).once('close', leave)
  await promise.finally(() => {
    clearTimeout(timer)
    response.off('drain', resolve).off('close', leave)
  })
}
