import { afterEach } from 'vitest'
import type { Engine } from '../../engine/engine.ts'
import type { EngineEvent, GenerateRequest } from '../../engine/types.ts'
import type { ConnectOptions, ConnectWorker, WorkerConnection } from '../../engine/worker.ts'
import { connectWorker } from './connect-worker.ts'
import { openScriptedWorker, type Script, type ScriptedWorker } from './scripted-worker.test-kit.ts'

const opened: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  // Connections before their workers, so that none of them is lost by it.
  for (const each of opened.splice(0).reverse()) await each.close()
})

export const never = new AbortController().signal

export const connectOptions: ConnectOptions = {
  signal: never,
  timeoutMs: 5_000,
  reportTimeoutMs: 60_000,
  stallMs: 1_000,
}

export async function openWorker(script: Script = {}): Promise<ScriptedWorker> {
  const worker = await openScriptedWorker(script)
  opened.push(worker)
  return worker
}

export async function openConnection(
  worker: { target: string },
  options: Partial<ConnectOptions> = {},
  connect: ConnectWorker = connectWorker,
): Promise<WorkerConnection> {
  const connection = await connect({ target: worker.target }, { ...connectOptions, ...options })
  opened.push(connection)
  return connection
}

export type OpenEngine = { worker: ScriptedWorker; connection: WorkerConnection; engine: Engine }

export async function openEngine(
  script: Script = {},
  options: Partial<ConnectOptions> = {},
): Promise<OpenEngine> {
  const worker = await openWorker(script)
  const connection = await openConnection(worker, options)
  return { worker, connection, engine: await connection.engine('m') }
}

export const request = (change: Partial<GenerateRequest> = {}): GenerateRequest => ({
  prompt: { kind: 'text', text: 'hello' },
  sampling: {},
  stop: [],
  ignoreEos: false,
  ...change,
})

export async function start(engine: Engine, change: Partial<GenerateRequest> = {}, signal = never) {
  const prepared = await engine.prepare(request(change))
  return prepared.generate(0, signal)[Symbol.asyncIterator]()
}

/** Everything up to the end, and the error if that is how it ended. */
export async function readAll(iterator: AsyncIterator<EngineEvent>) {
  const events: EngineEvent[] = []
  try {
    for (;;) {
      const { value, done } = await iterator.next()
      if (done === true) return { events, error: undefined }
      events.push(value)
    }
  } catch (error) {
    return { events, error }
  }
}
