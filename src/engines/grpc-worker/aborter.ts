import { inferenceService } from '../../contract/definition.ts'
import type { WorkerClient } from './worker-client.ts'

export type Abortable = { requestId: string; call: { cancel(): void } }

export type Aborter = {
  /** Resolves when the worker has confirmed that the slot is free, or cannot be asked; never rejects. */
  abort(request: Abortable): Promise<void>
}

/** A slot is free after the decode in flight; a worker that needs longer is not waited for. */
const longestWaitMs = 2_000
/** An aborted call ends by itself, with the worker's status; then cancelling it does nothing. */
const ownEndMs = 1_000

/**
 * Ends requests by name. Cancelling their calls would do too, but each of those is an RST_STREAM, and an HTTP/2
 * server may close the whole connection for too many: Node's does after 1000 and then more than 33 in a second,
 * with everything else that runs on it. So calls are cancelled only where the worker did not end them.
 * What is aborted together, as when a caller with many requests leaves, is asked for together.
 */
export function createAborter(client: WorkerClient): Aborter {
  let batch: { requests: Abortable[]; confirmed: Promise<void> } | undefined

  async function send(requests: Abortable[]): Promise<void> {
    await Promise.resolve()
    batch = undefined
    const cancel = () => requests.forEach(({ call }) => call.cancel())
    const requestIds = requests.map(({ requestId }) => requestId)
    try {
      const request = { requestIds, reason: 'the caller left' }
      const { aborted = 0 } = await client.unary(inferenceService.Abort, request, longestWaitMs)
      // A request that the worker did not know is over, or so large that it has not arrived yet.
      if (aborted < requests.length) cancel()
      else setTimeout(cancel, ownEndMs).unref()
    } catch {
      cancel()
    }
  }
  return {
    abort(request) {
      if (batch) batch.requests.push(request)
      else {
        const requests = [request]
        batch = { requests, confirmed: send(requests) }
      }
      return batch.confirmed
    },
  }
}
