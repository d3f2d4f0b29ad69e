import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { looksLikePath } from '../config/model-path.ts'
import { AppError } from '../errors.ts'

/** A file; else what was pulled under that name, or the model that comes with us. */
export const findModelFile = (model: string, places: { root: string; models: string }): string => {
  const candidates = looksLikePath(model)
    ? [resolve(model)]
    : [
        ...(model === 'pocket' ? [join(places.root, 'pocket', 'pocket.gguf')] : []),
        join(places.models, `${model}.gguf`),
      ]
  const found = candidates.find((place) => statSync(place, { throwIfNoEntry: false })?.isFile())
  if (found !== undefined) return found
  throw new AppError('model_not_found', `there is no model "${model}" here; see: sluice list`, {
    param: 'model',
  })
}
