import { AppError } from '../../../errors.ts'
import type { Route, RouteContext } from '../../protocol.ts'
import { encodeModel } from './encode.ts'

const list = (context: RouteContext) => ({
  json: { object: 'list', data: context.models.list().map(encodeModel) },
})

export const listModels: Route = {
  method: 'GET',
  path: '/v1/models',
  run: async (_call, context) => list(context),
}

/** Names may hold slashes, as on Hugging Face, hence the wildcard. */
export const retrieveModel: Route = {
  method: 'GET',
  path: '/v1/models/*',
  async run({ params }, context) {
    const id = params['*'] ?? ''
    if (id === '') return list(context)
    const entry = context.models.find(id)
    if (entry) return { json: encodeModel(entry) }
    const message = `there is no model "${id.slice(0, 200)}"; see which there are with GET /v1/models`
    throw new AppError('model_not_found', message, { param: 'model' })
  },
}
