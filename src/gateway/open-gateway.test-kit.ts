import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { createAdmission, type Admission } from '../admission/admission.ts'
import { AppError } from '../errors.ts'
import type { Access } from '../keys/access.ts'
import { anonymous } from '../keys/principal.ts'
import type { Limits } from '../limits/limits.ts'
import { createLog } from '../log.ts'
import type { Moderation } from '../moderation/moderation.ts'
import { openai } from '../protocols/openai/openai.ts'
import type { Protocol } from '../protocols/protocol.ts'
import type { ModelRouter } from '../routing/model-router.ts'
import type { AuditOptions } from './audit.ts'
import type { Condition } from './settings.ts'
import { createGateway, type GatewaySettings, type GatewayState } from './app.ts'
import { createScriptedEngine, type Script, type ScriptedEngine } from './scripted-engine.test-kit.ts'

export type OpenOptions = {
  script?: Script
  slots?: number
  queue?: number
  maxWaitMs?: number
  settings?: Partial<GatewaySettings>
  state?: () => GatewayState
  shutdown?: AbortSignal
  /** Runs while the model loads. */
  load?: (onProgress: (fraction: number) => void, signal: AbortSignal) => Promise<void>
  protocols?: Protocol[]
  /** Who callers are; default: nobody is asked. */
  access?: Pick<Access, 'identify'>
  limits?: Limits
  audit?: AuditOptions
  conditions?: () => Condition[]
  moderation?: Moderation
}

const settings: GatewaySettings = {
  lenient: false,
  bodyLimitBytes: 64 * 1024,
  keepAliveMs: 60_000,
  host: '127.0.0.1',
  allowedHosts: [],
  readTimeoutMs: 0,
  requestTimeoutMs: 0,
  loadTimeoutMs: 0,
}

/** A gateway in front of one scripted model, `tiny` alias `org/tiny`; closed when the test ends. */
export function openGateway(options: OpenOptions = {}) {
  const engine = createScriptedEngine(options.script)
  const { slots = 4, queue = 4, maxWaitMs = 60_000 } = options
  const admission = createAdmission({ slots, queue, maxWaitMs })
  const { log, lines } = captureLog()
  const app = createGateway({
    protocols: [openai, ...(options.protocols ?? [])],
    models: createRouter(engine, admission, options),
    access: options.access ?? { identify: () => anonymous },
    limits: options.limits,
    log,
    settings: { ...settings, ...options.settings },
    state: options.state ?? (() => 'ready'),
    version: '0.0.1',
    ...(options.moderation && { moderation: options.moderation }),
    ...(options.shutdown && { shutdown: options.shutdown }),
    ...(options.audit && { audit: options.audit }),
    ...(options.conditions && { conditions: options.conditions }),
  })
  onTestFinished(async () => {
    app.server.closeAllConnections()
    await app.close()
  })
  const listen = async () => {
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    return { port, origin: `http://127.0.0.1:${port}` }
  }
  return { app, engine, admission, lines, listen }
}

function createRouter(engine: ScriptedEngine, admission: Admission, { load }: OpenOptions): ModelRouter {
  const entry = {
    id: 'tiny',
    aliases: ['org/tiny'],
    created: 1_700_000_000,
    status: 'loaded' as const,
    info: engine.info,
    slots: 2,
  }
  const find = (id: string) => (id === entry.id || entry.aliases.includes(id) ? entry : undefined)
  return {
    list: () => [entry],
    find,
    async resolve(name, hooks) {
      if (!find(name))
        throw new AppError('model_not_found', `there is no model "${name}"; known: tiny`, { param: 'model' })
      await load?.(hooks.onProgress, hooks.signal)
      return { model: 'tiny', engine, admission }
    },
  }
}

function captureLog() {
  const lines: Record<string, unknown>[] = []
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>)
      done()
    },
  })
  return { log: createLog('info', destination), lines }
}

export const chatBody = (extra: object = {}) => ({
  model: 'tiny',
  messages: [{ role: 'user', content: 'Hi there' }],
  ...extra,
})

export const post = (
  options: OpenOptions,
  payload: unknown,
  path = '/v1/chat/completions',
  headers: Record<string, string> = {},
) =>
  openGateway(options).app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  })

export const streamed = (extra: object = {}) => chatBody({ stream: true, ...extra })
