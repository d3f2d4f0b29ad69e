import { AppError } from '../errors.ts'
import type { ControlActions } from '../protocols/control/actions.ts'
import type { LoadedModels } from '../routing/loaded-models.ts'
import type { Events } from '../stats/events.ts'

/** Has a loaded model forget the prompts that it keeps for later requests. It is recorded: latencies change with it. */
export const createResetCache =
  (loaded: LoadedModels, events: Events): ControlActions['resetCache'] =>
  async (name) => {
    const id = loaded.find(name)?.id
    if (id === undefined)
      throw new AppError('model_not_found', `there is no model "${name.slice(0, 200)}"; see: sluice list`, {
        param: 'model',
      })
    const engine = loaded.running().find(({ model }) => model === id)?.engine
    if (engine === undefined)
      throw new AppError(
        'conflict',
        `${id} is not loaded and has nothing to forget; see what is with: sluice ps`,
      )
    if (engine.resetPrefixCache === undefined)
      throw new AppError('unsupported_parameter', `the engine ${engine.kind} cannot forget its prompts`)
    await engine.resetPrefixCache()
    events.record('model.cache_reset', { model: id })
    return { model: id }
  }
