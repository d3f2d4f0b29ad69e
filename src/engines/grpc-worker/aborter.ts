import { inferenceService } from '../../contract/definition.ts'
import type { WorkerClient } from './worker-client.ts'

export type Aborter = {
  /** Resolves when the worker has confirmed that the slot is free, or cannot be asked; never rejects. */
  abort(requestId: string): Promise<void>
}

/** A slot is free after the decode in flight; a worker that needs longer is not waited for. */
const longestWaitMs = 2_000

/** Requests that are aborted together, as when a connection with many of them ends, are asked for together. */
export function createAborter(client: WorkerClient): Aborter {
  let batch: { requestIds: string[]; confirmed: Promise<void> } | undefined

  async function send(requestIds: string[]): Promise<void> {
    await Promise.resolve()
    batch = undefined
    try {
      await client.unary(inferenceService.Abort, { requestIds, reason: 'the caller left' }, longestWaitMs)
    } catch {
      // Gone, too slow, or it has no Abort: cancelling the call was all that could be done.
    }
  }
  return {
    abort(requestId) {
      if (batch) batch.requestIds.push(requestId)
      else {
        const requestIds = [requestId]
        batch = { requestIds, confirmed: send(requestIds) }
      }
      return batch.confirmed
    },
  }
}
