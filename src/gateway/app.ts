import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { AppError } from '../errors.ts'
import { writeAccessLog } from './access-log.ts'
import { createAudit } from './audit.ts'
import { createHostCheck } from './allowed-hosts.ts'
import { addBodyParsers } from './body-parsers.ts'
import { createCall, type Call } from './call.ts'
import { createClientErrorHandler } from './client-error.ts'
import { createGuard } from './guard.ts'
import { addHealthRoutes } from './health.ts'
import { linger } from './linger.ts'
import { createNotFound, type KnownRoute } from './not-found.ts'
import { resolveRequestId } from './request-id.ts'
import { createRouteHandler } from './run-route.ts'
import { sendError } from './send-error.ts'
import type { GatewayOptions } from './settings.ts'
import { toGatewayError } from './to-gateway-error.ts'

export type { GatewayOptions, GatewaySettings, GatewayState } from './settings.ts'

/** The HTTP server: whatever protocols bring, plus health. It decides nothing about models. */
export function createGateway(options: GatewayOptions): FastifyInstance {
  const { log, protocols, settings } = options
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    // One line per request is written here, with our own fields; a child logger per request would only cost time.
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (logger) => logger,
    bodyLimit: settings.bodyLimitBytes,
    requestTimeout: settings.readTimeoutMs,
    http: createHttpOptions(settings.readTimeoutMs),
    requestIdHeader: false,
    genReqId: resolveRequestId,
    return503OnClosing: false,
    clientErrorHandler: createClientErrorHandler(protocols[0]),
    routerOptions: { maxParamLength: 1024 },
    frameworkErrors: (cause, request, reply) => {
      reply.header('x-request-id', request.id)
      sendError(reply, protocols[0], toGatewayError(cause, settings.bodyLimitBytes))
    },
  })
  const routes: KnownRoute[] = []
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.push({ method: each, path: url })
  })
  addBodyParsers(app)
  addHooks(app, options)
  addFailures(app, options, routes)
  addHealthRoutes(app, options)
  for (const protocol of protocols) {
    for (const route of protocol.routes) {
      const handler = createRouteHandler(protocol, route, options)
      const config = { protocol, admin: (route.access ?? protocol.access) === 'admin' }
      app.route({ method: route.method, url: route.path, config, handler })
    }
  }
  return app
}

const createHttpOptions = (readTimeoutMs: number) => ({
  // How often node looks for requests that took too long to arrive.
  connectionsCheckingInterval: Math.max(50, Math.min(10_000, readTimeoutMs / 2)),
  // With a longer one than for the whole request, node never ends a request.
  headersTimeout: readTimeoutMs > 0 ? Math.min(60_000, readTimeoutMs) : 60_000,
  // Node would answer without a body; the host check does better.
  requireHostHeader: false,
})

function addHooks(app: FastifyInstance, options: GatewayOptions): void {
  const { log, settings, state, shutdown } = options
  const hosts = createHostCheck(settings)
  const guard = createGuard(options.access)
  const audit = createAudit(options.audit)
  const running = new Set<Call>()
  shutdown?.addEventListener('abort', () => {
    const message = 'the server shut down before the answer was complete; try again'
    for (const call of running) call.abort(new AppError('draining', message))
  })
  app.decorateRequest('call')
  app.addHook('onRequest', (request, reply, done) => {
    const call = createCall(request.id, reply, () => {
      running.delete(call)
      writeAccessLog(log, request, reply, call)
      audit.end(request, reply, call)
    })
    running.add(call)
    audit.begin(request, call)
    request.call = call
    reply.header('x-request-id', call.id)
    if (state() === 'draining') reply.header('connection', 'close')
    hosts.assertHost(request.headers.host, request.raw.httpVersion)
    hosts.assertOrigin(request.headers.origin, request.method)
    const identified = guard(request, call)
    if (identified) identified.then(() => done(), done)
    else done()
  })
}

function addFailures(
  app: FastifyInstance,
  { protocols, settings }: GatewayOptions,
  routes: KnownRoute[],
): void {
  app.setErrorHandler((cause, request, reply) => {
    const error = toGatewayError(cause, settings.bodyLimitBytes)
    request.call.record.error = error
    if (error.code === 'payload_too_large') {
      // Fastify asks to close, which would cut the client off in mid-sentence.
      reply.removeHeader('connection')
      linger(request.raw)
    }
    sendError(reply, request.routeOptions.config.protocol ?? protocols[0], error)
  })
  app.setNotFoundHandler(
    createNotFound(routes, (request, reply, error) => {
      request.call.record.error = error
      sendError(reply, protocols[0], error)
    }),
  )
}

declare module 'fastify' {
  interface FastifyContextConfig {
    protocol?: GatewayOptions['protocols'][0]
  }
}
