import { controlService } from '../../contract/definition.ts'
import { encodeLoadRequest } from '../../contract/model.ts'
import type * as wire from '../../contract/wire-types.ts'
import type { LoadOptions } from '../../engine/types.ts'
import { AppError } from '../../errors.ts'
import type { WorkerClient } from './worker-client.ts'

export type LoadHooks = { signal: AbortSignal; onProgress(fraction: number): void }

/** However long it takes: a worker that is stuck is lost, and its calls end. */
export async function loadModel(
  client: WorkerClient,
  id: string,
  options: LoadOptions,
  { signal, onProgress }: LoadHooks,
): Promise<wire.ModelInfo> {
  const cancelled = () => new AppError('cancelled', `loading ${id} was cancelled`)
  if (signal.aborted) throw cancelled()
  const call = client.stream(controlService.LoadModel, encodeLoadRequest(id, options))
  const { promise, resolve, reject } = Promise.withResolvers<wire.ModelInfo>()
  const cancel = () => {
    reject(cancelled())
    call.cancel()
  }
  let model: wire.ModelInfo | undefined
  call.on('data', (progress: wire.LoadModelProgress) => {
    model = progress.phase === 'READY' ? (progress.model ?? { id }) : model
    onProgress(progress.fraction ?? 0)
  })
  call.on('error', (cause) => reject(client.failure(cause)))
  call.on('end', () => {
    if (model) resolve(model)
    else reject(new AppError('engine_failed', `worker ${client.name} stopped loading ${id} without a word`))
  })
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
