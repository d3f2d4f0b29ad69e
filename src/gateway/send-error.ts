import type { FastifyReply } from 'fastify'
import type { AppError } from '../errors.ts'
import type { Protocol } from '../protocols/protocol.ts'

/** A failed response in the caller's own dialect. */
export function sendError(
  reply: FastifyReply,
  protocol: Pick<Protocol, 'encodeError'>,
  error: AppError,
): void {
  const { retryAfterMs } = error
  if (retryAfterMs !== undefined) {
    // Whole seconds are the standard; the official clients read the finer one first.
    reply.header('retry-after', Math.ceil(retryAfterMs / 1000)).header('retry-after-ms', retryAfterMs)
  }
  if (error.status === 401) reply.header('www-authenticate', 'Bearer realm="sluice"')
  // Memory does not come back by itself, and a wait of more than a minute the official clients take for no wait at
  // all: they would try twice more at once.
  if (error.status === 507 || (retryAfterMs ?? 0) > 60_000) reply.header('x-should-retry', 'false')
  if (error.code === 'draining') reply.header('connection', 'close')
  sendJson(reply, error.status, protocol.encodeError(error))
}

export function sendJson(reply: FastifyReply, status: number, body: unknown): void {
  reply.code(status).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(body))
}
