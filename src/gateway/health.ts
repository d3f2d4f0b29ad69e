import type { FastifyInstance, FastifyReply } from 'fastify'
import { sendJson } from './send-error.ts'
import type { GatewayOptions } from './settings.ts'

const livePaths = ['/live', '/health/live']
const readyPaths = ['/ready', '/health/ready']
/** A probe has no key. */
const options = { config: { open: true } }

const overallPaths = ['/health', '/healthz']

/** Live: the process answers. Ready: it takes new requests. HEAD comes with GET. */
export function addHealthRoutes(
  app: FastifyInstance,
  { models, state, version, conditions = () => [] }: GatewayOptions,
): void {
  const startedAt = performance.now()
  const loaded = () => models.list().flatMap((entry) => (entry.status === 'loaded' ? [entry.id] : []))
  const answer = (reply: FastifyReply, details: object) => {
    const status = state()
    const degraded = conditions().filter((condition) => condition.degraded !== null)
    sendJson(reply, status === 'ready' ? 200 : 503, {
      status,
      ...details,
      ...(degraded.length > 0 && { degraded }),
    })
    return reply
  }
  for (const path of livePaths) {
    app.get(path, options, (_request, reply) => sendJson(reply, 200, { status: 'live' }))
  }
  for (const path of readyPaths) {
    app.get(path, options, (_request, reply) => answer(reply, { models_loaded: loaded() }))
  }
  for (const path of overallPaths) {
    app.get(path, options, (_request, reply) =>
      answer(reply, {
        version,
        uptime_s: Math.round((performance.now() - startedAt) / 1000),
        models_loaded: loaded(),
      }),
    )
  }
  app.get('/', options, (_request, reply) =>
    sendJson(reply, 200, {
      name: 'sluice',
      version,
      status: state(),
      openai_base_path: '/v1',
      endpoints: ['POST /v1/chat/completions', 'POST /v1/completions', 'GET /v1/models', 'GET /health'],
    }),
  )
}
