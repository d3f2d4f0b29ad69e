/** A child of gateway.ts: the gateway with the fake engine, and its own CPU time on request. */
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { createAdmission } from '../src/admission/admission.ts'
import { createFakeLoader } from '../src/engines/fake/fake-loader.ts'
import { createGateway } from '../src/gateway/app.ts'
import { anonymous } from '../src/keys/principal.ts'
import { createLog } from '../src/log.ts'
import { openai } from '../src/protocols/openai/openai.ts'
import type { ModelRoute } from '../src/routing/model-router.ts'
import { gatewaySettings } from './gateway-settings.ts'
import { reportCpu } from './report-cpu.ts'

const slots = 256

async function loadModel(name: string, source: string): Promise<ModelRoute> {
  const options = {
    source,
    contextLength: 4096,
    parallel: slots,
    threads: undefined,
    batchTokens: 512,
    gpuLayers: 'auto' as const,
  }
  const hooks = { signal: new AbortController().signal, onProgress: () => {} }
  const engine = await createFakeLoader().load(options, hooks)
  return { model: name, engine, admission: createAdmission({ slots, queue: 1024, maxWaitMs: 60_000 }) }
}

const models = new Map([
  ['fast', await loadModel('fast', 'fake:')],
  ['paced', await loadModel('paced', `fake:?tokens_per_second=${process.argv[2]}`)],
])

const app = createGateway({
  protocols: [openai],
  models: { list: () => [], find: () => undefined, resolve: async (name) => models.get(name)! },
  access: { identify: () => anonymous },
  // Written and thrown away, so that the cost of logging is in the figure.
  log: createLog('info', pino.destination('/dev/null')),
  settings: gatewaySettings,
  state: () => 'ready',
  version: '0.0.0',
})
await app.listen({ port: 0, host: '127.0.0.1' })
reportCpu((app.server.address() as AddressInfo).port)
