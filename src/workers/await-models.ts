import { setTimeout as delay } from 'node:timers/promises'
import type { WorkerConnection, WorkerModel } from '../engine/worker.ts'
import { AppError, toAppError } from '../errors.ts'

export type AwaitOptions = {
  isWanted(model: WorkerModel): boolean
  signal: AbortSignal
  /** Runs before each further look. */
  onWait(): void
}

const lookEveryMs = 250

/**
 * What a worker serves, once none of the wanted models is loading any more. However long that takes: a large
 * model may need many minutes, and a worker that is stuck is lost. Rejects when it is, or when `signal` aborts.
 */
export async function awaitModels(
  connection: WorkerConnection,
  { isWanted, signal, onWait }: AwaitOptions,
): Promise<WorkerModel[]> {
  const over = new AbortController()
  const left = Promise.withResolvers<never>()
  const leave = () => left.reject(new AppError('cancelled', 'waiting for the worker was cancelled'))
  signal.addEventListener('abort', leave, { once: true })
  const look = async (): Promise<WorkerModel[]> => {
    for (;;) {
      const models = await askModels(connection)
      if (models && !models.some((model) => model.state === 'loading' && isWanted(model))) return models
      onWait()
      await delay(lookEveryMs, undefined, { signal: over.signal })
    }
  }
  const lost = connection.lost.then((error) => Promise.reject(error))
  try {
    if (signal.aborted) leave()
    return await Promise.race([left.promise, look(), lost])
  } finally {
    signal.removeEventListener('abort', leave)
    over.abort()
  }
}

/** Undefined: too busy to answer, which a process that is importing or loading may be for a while. */
async function askModels(connection: WorkerConnection): Promise<WorkerModel[] | undefined> {
  try {
    return await connection.models()
  } catch (cause) {
    if (toAppError(cause).code === 'timeout') return undefined
    throw cause
  }
}
