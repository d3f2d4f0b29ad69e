import { AppError } from '../errors.ts'
import type { Principal } from '../keys/principal.ts'
import type { ModelRouter } from '../routing/model-router.ts'

const refuse = (code: 'forbidden' | 'model_not_found', message: string) =>
  new AppError(code, `${message}; see GET /v1/models`, { param: 'model' })

const quote = (name: string): string => JSON.stringify(name.slice(0, 200))

/**
 * The models as one caller sees them: what he may not use is not listed, and asking for it is `forbidden`
 * before anything is loaded. A pattern may name a model or one of its aliases.
 */
export function guardModels(models: ModelRouter, { mayUseModel }: Principal): ModelRouter {
  if (!mayUseModel) return models
  const isOpen = (id: string, asked?: string) =>
    mayUseModel(id) || (asked !== undefined && mayUseModel(asked))
  return {
    list: () =>
      models.list().filter(({ id, aliases }) => isOpen(id) || aliases.some((alias) => mayUseModel(alias))),
    find(name) {
      const found = models.find(name)
      return found && isOpen(found.id, name) ? found : undefined
    },
    async resolve(name, hooks) {
      const found = models.find(name)
      if (isOpen(found?.id ?? name, name)) {
        // The router's own words would name every model there is.
        if (!found) throw refuse('model_not_found', `there is no model ${quote(name)}`)
        return models.resolve(name, hooks)
      }
      throw refuse('forbidden', `this key may not use the model ${quote(name)}`)
    },
  }
}
