import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'

export type KnownRoute = { method: string; path: string }

/** An unknown path is 404; a known path with another method is 405 and says which methods there are. */
export function createNotFound(
  routes: KnownRoute[],
  send: (request: FastifyRequest, reply: FastifyReply, error: AppError) => void,
) {
  // Made at the first miss: routes are added after this handler.
  let patterns: { method: string; pattern: RegExp }[] | undefined
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const path = request.url.split('?', 1)[0]!
    patterns ??= routes.map(({ method, path: known }) => ({ method, pattern: toPattern(known) }))
    const methods = new Set(patterns.filter(({ pattern }) => pattern.test(path)).map((route) => route.method))
    const shown = `${request.method} ${path.slice(0, 200)}`
    if (methods.size === 0) {
      send(request, reply, new AppError('not_found', `there is no ${shown}; see GET / for what there is`))
      return
    }
    if (methods.has('GET')) methods.add('HEAD')
    const allow = [...methods].sort().join(', ')
    reply.header('allow', allow)
    send(
      request,
      reply,
      new AppError('method_not_allowed', `${shown} is not possible; this path takes ${allow}`),
    )
  }
}

const toPattern = (path: string): RegExp => {
  const escaped = path.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${escaped.replace('*', '.*').replaceAll(/:[^/]+/g, '[^/]+')}$`)
}
