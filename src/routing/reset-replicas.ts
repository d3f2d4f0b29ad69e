import type { Engine } from '../engine/engine.ts'
import { AppError } from '../errors.ts'

/** All or an error: a replica that still knows its prompts would make the figures of the others worthless. */
export async function resetReplicas(model: string, engines: readonly Engine[]): Promise<void> {
  const resets = engines.map((engine) => {
    if (engine.resetPrefixCache) return engine.resetPrefixCache
    const message = `${model}: the engine ${engine.kind} cannot forget its prompts`
    throw new AppError('unsupported_parameter', message)
  })
  await Promise.all(resets.map((reset) => reset()))
}
