import type { FastifyReply, RouteHandlerMethod } from 'fastify'
import type { AppError } from '../errors.ts'
import type { Protocol, Reply, Route, RouteCall, RouteContext } from '../protocols/protocol.ts'
import { assignPriority, lowerPriority } from './assign-priority.ts'
import type { Call } from './call.ts'
import { guardModels } from './guarded-models.ts'
import { startDeadline } from './deadline.ts'
import { runEmbedding, startGeneration } from './generation.ts'
import { sendError, sendJson } from './send-error.ts'
import type { GatewayOptions } from './settings.ts'
import { wantsStamps } from './stamps.ts'
import { sendStream } from './stream.ts'
import { toGatewayError } from './to-gateway-error.ts'

/** A client that has not read for so long will not read again. */
const stallMs = 120_000

const streamTypes = {
  sse: 'text/event-stream; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
}

/** Runs one route of one protocol: the only place that turns what it returns or throws into a response. */
export function createRouteHandler(
  protocol: Protocol,
  route: Route,
  options: GatewayOptions,
): RouteHandlerMethod {
  const { settings } = options
  return async (request, reply) => {
    const { call } = request
    const fail = (cause: unknown): AppError => {
      const error = toGatewayError(call.signal.aborted ? call.signal.reason : cause, settings.bodyLimitBytes)
      call.record.error = error
      return error
    }
    try {
      const { body, params, query } = request as { body: unknown } & Pick<RouteCall, 'params' | 'query'>
      assignPriority(request.headers, call, settings.priorities, reply)
      const result = await route.run({ body, params, query }, createContext(call, reply, options))
      if ('json' in result) {
        noteFlags(reply, call)
        sendJson(reply, result.status ?? 200, result.json)
      } else
        await stream(result, reply, call, settings.keepAliveMs, (cause) =>
          protocol.encodeStreamError(fail(cause)),
        )
    } catch (cause) {
      const error = fail(cause)
      // Choices that still run have no reader any more.
      call.abort(error)
      if (reply.raw.destroyed) reply.hijack()
      else sendError(reply, protocol, error)
    }
    return reply
  }
}

async function stream(
  result: Extract<Reply, { stream: unknown }>,
  reply: FastifyReply,
  call: Call,
  keepAliveMs: number,
  encodeFailure: (cause: unknown) => ReturnType<Protocol['encodeStreamError']>,
): Promise<void> {
  const format = result.format ?? 'sse'
  call.record.streamed = true
  await sendStream(result.stream, reply.raw, {
    format,
    stamps: wantsStamps(reply.request.headers),
    keepAliveMs,
    stallMs,
    describeWait: () => (typeof call.progress === 'string' ? call.progress : call.progress()),
    encodeFailure,
    begin() {
      noteFlags(reply, call)
      reply.hijack()
      reply.raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': streamTypes[format],
        'cache-control': 'no-cache',
        // Or nginx collects the whole answer first.
        'x-accel-buffering': 'no',
      })
    },
  })
}

/** What the filters have found so far: of a stream, in what was asked. */
function noteFlags(reply: FastifyReply, { record }: Call): void {
  if (record.flags) reply.header('x-sluice-flags', record.flags.join(', '))
}

function createContext(call: Call, reply: FastifyReply, all: GatewayOptions): RouteContext {
  const options = { ...all, models: guardModels(all.models, call.principal) }
  const { headers, body } = reply.request
  const limitTime = () => {
    const streams = (body as { stream?: unknown } | undefined)?.stream === true
    startDeadline(call, { headers, streams, requestTimeoutMs: all.settings.requestTimeoutMs })
  }
  return {
    requestId: call.id,
    caller: call.principal,
    created: Math.floor(Date.now() / 1000),
    signal: call.signal,
    lenient: options.settings.lenient,
    ignore(parameters) {
      // A name from the body may hold anything, half a surrogate pair too; a header may not.
      const names = parameters.map((name) => encodeURIComponent(name.toWellFormed()))
      reply.header('x-sluice-ignored-parameters', names.join(', ').slice(0, 4096))
    },
    prefer: (wish) => lowerPriority(wish, call, reply),
    generate(model, requests, count) {
      // Answers only: a download or a load may take as long as it takes.
      limitTime()
      return startGeneration(options, call, { model, requests, count })
    },
    embed(model, request) {
      limitTime()
      return runEmbedding(options, call, { model, request })
    },
    models: options.models,
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    call: Call
  }
}
