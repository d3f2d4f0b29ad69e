import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from '../log.ts'
import type { Call } from './call.ts'

/** Nginx's number for "the client closed the request". */
const clientClosedRequest = 499

/** One line per request, when it is over. No prompt, no answer, no header, no query: only names and numbers. */
export function writeAccessLog(log: Logger, request: FastifyRequest, reply: FastifyReply, call: Call): void {
  const { record } = call
  const left = !reply.raw.writableEnded
  const { error } = record
  log.info(
    {
      event: 'request',
      request_id: call.id,
      method: request.method,
      path: pathOf(request.url),
      status: left ? clientClosedRequest : reply.raw.statusCode,
      ms: round(performance.now() - call.startedAt),
      key: record.key,
      refused: record.refused,
      model: record.model,
      prompt_tokens: record.promptTokens,
      completion_tokens: record.completionTokens,
      ttft_ms: record.ttftMs === undefined ? undefined : round(record.ttftMs),
      finish: record.finish,
      flags: record.flags,
      error: left ? 'cancelled' : error?.code,
    },
    'request',
  )
  // 503 is how a full or stopping server answers: nothing has failed.
  if (error && error.status >= 500 && error.status !== 503) {
    log.error(
      { event: 'request.failed', request_id: call.id, error: error.code, err: error.cause ?? error },
      error.message,
    )
  }
}

function pathOf(url: string): string {
  const query = url.indexOf('?')
  return (query === -1 ? url : url.slice(0, query)).slice(0, 256)
}

const round = (ms: number): number => Math.round(ms * 100) / 100
