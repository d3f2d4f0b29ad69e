import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'
import { parseJson } from './parse-json.ts'

/**
 * Bodies are JSON. One without a byte is no body, whatever `content-type` says: many clients send that header with
 * every request. What a route then needs, it asks for itself.
 */
export function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      assertPlain(request)
      request.call.bodyBytes = body.length
      done(null, body.length === 0 ? undefined : parseJson(body as Buffer))
    } catch (cause) {
      done(cause as Error)
    }
  })
  app.addContentTypeParser('*', (request, _payload, done) => {
    if (request.is404 || hasNoBody(request)) done(null, undefined)
    else done(new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE())
  })
}

function assertPlain({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding']
  if (encoding === undefined || encoding === 'identity') return
  const message = `content-encoding ${encoding} is not accepted; send the body as it is`
  throw new AppError('unsupported_media_type', message)
}

const hasNoBody = ({ headers }: FastifyRequest): boolean => {
  const length = headers['content-length']
  return headers['transfer-encoding'] === undefined && (length === undefined || Number(length) === 0)
}
