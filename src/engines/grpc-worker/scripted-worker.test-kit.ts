import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Server,
  ServerCredentials,
  type ServerWritableStream,
  type UntypedServiceImplementation,
  type handleServerStreamingCall,
  type handleUnaryCall,
} from '@grpc/grpc-js'
import { controlService, inferenceService } from '../../contract/definition.ts'
import { encodeStatus } from '../../contract/status-error.ts'
import type * as wire from '../../contract/wire-types.ts'
import { AppError } from '../../errors.ts'

export type GenerateCall = ServerWritableStream<wire.ChatRequest & wire.CompleteRequest, wire.GenerateEvent>
type WatchCall = ServerWritableStream<wire.WatchLoadRequest, wire.LoadReport>

/** A worker whose every word is the test's: it has slots and no engine, and says what it is told to say. */
export type ScriptedWorker = {
  target: string
  /** Generations, in the order in which they came. */
  calls: GenerateCall[]
  /** Resolves when so many have come. */
  called(count: number): Promise<GenerateCall>
  aborted: string[][]
  watchers: Set<WatchCall>
  /** What the next reports say. */
  load: wire.ModelLoad
  report: wire.LoadReport
  /** To everybody who watches, now. */
  sendReport(): void
  /** Takes no new calls, and lets those that run end. */
  leave(): void
  close(): Promise<void>
}

export type Script = {
  info?: Partial<wire.WorkerInfo>
  models?: wire.ModelInfo[]
  listen?: string
  credentials?: ServerCredentials
  maxMessageBytes?: number
  /** The first report comes with the watch, others only when the test sends them. */
  reports?: 'by-hand' | 'on-time' | 'none'
  inference?: UntypedServiceImplementation
  control?: UntypedServiceImplementation
}

export const scriptedModel: wire.ModelInfo = {
  id: 'm',
  aliases: ['alias'],
  state: 'MODEL_STATE_READY',
  contextLength: 100,
  vocabularySize: 256,
  architecture: 'scripted',
  hasChatTemplate: true,
}

export const unary =
  <Request, Response>(answer: (request: Request) => Response): handleUnaryCall<Request, Response> =>
  (call, callback) => {
    try {
      callback(null, answer(call.request))
    } catch (cause) {
      callback(encodeStatus(cause))
    }
  }

export async function openScriptedWorker(script: Script = {}): Promise<ScriptedWorker> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-scripted-'))
  const server = new Server({
    ...(script.maxMessageBytes !== undefined && {
      'grpc.max_receive_message_length': script.maxMessageBytes,
    }),
  })
  const arrivals = new Set<() => void>()
  const worker: ScriptedWorker = {
    target: '',
    calls: [],
    aborted: [],
    watchers: new Set(),
    load: { model: 'm', maxRunningRequests: 2 },
    report: { workerId: 'w', instanceId: script.info?.instanceId ?? 'one' },
    sendReport() {
      for (const watcher of worker.watchers) watcher.write({ ...worker.report, models: [worker.load] })
    },
    async called(count) {
      while (worker.calls.length < count) await new Promise<void>((resolve) => arrivals.add(resolve))
      return worker.calls[count - 1]!
    },
    leave: () => server.tryShutdown(() => undefined),
    async close() {
      server.forceShutdown()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  const onCall = (call: GenerateCall) => {
    worker.calls.push(call)
    for (const resolve of arrivals) resolve()
    arrivals.clear()
  }
  server.addService(inferenceService, { ...inferenceHandlers(worker, onCall), ...script.inference })
  server.addService(controlService, { ...controlHandlers(worker, script), ...script.control })
  worker.target = await listen(server, script, folder)
  return worker
}

const inferenceHandlers = (
  worker: ScriptedWorker,
  onCall: (call: GenerateCall) => void,
): UntypedServiceImplementation => ({
  Chat: onCall as handleServerStreamingCall<unknown, unknown>,
  Complete: onCall as handleServerStreamingCall<unknown, unknown>,
  Tokenize: unary<wire.TokenizeRequest, wire.TokenizeResponse>(({ context, text, chat }) => {
    if (context?.model !== 'm') throw new AppError('model_not_found', 'this worker serves "m"')
    const tokenIds = [...Buffer.from(text ?? chat?.messages?.[0]?.content?.[0]?.text ?? '')]
    return { tokenIds, count: tokenIds.length }
  }),
  Detokenize: unary<wire.DetokenizeRequest, wire.DetokenizeResponse>(({ tokenIds = [] }) => ({
    text: Buffer.from(tokenIds).toString(),
  })),
  Abort: unary<wire.AbortRequest, wire.AbortResponse>(({ requestIds = [] }) => {
    worker.aborted.push(requestIds)
    const named = worker.calls.filter(({ request }) => requestIds.includes(request.context?.requestId ?? ''))
    for (const call of named) call.emit('error', encodeStatus(new AppError('cancelled', 'aborted')))
    return { aborted: named.length }
  }),
  Embed: unary(() => {
    throw new AppError('unsupported_parameter', 'no embeddings')
  }),
})

function controlHandlers(worker: ScriptedWorker, script: Script): UntypedServiceImplementation {
  const { info, models = [scriptedModel], reports = 'on-time' } = script
  const watch = (call: WatchCall) => {
    worker.watchers.add(call)
    if (reports !== 'none') call.write({ ...worker.report, models: [worker.load] })
    const timer =
      reports === 'on-time'
        ? setInterval(() => call.write({ ...worker.report, models: [worker.load] }), call.request.intervalMs)
        : undefined
    call.once('cancelled', () => {
      worker.watchers.delete(call)
      clearInterval(timer)
    })
  }
  return {
    GetWorkerInfo: unary(() => ({
      workerId: 'w',
      instanceId: 'one',
      apiMajor: 1,
      engine: 'scripted',
      ...info,
    })),
    ListModels: unary(() => ({ models })),
    GetLoad: unary(() => ({ ...worker.report, models: [worker.load] })),
    WatchLoad: watch as handleServerStreamingCall<unknown, unknown>,
    Drain: unary(() => ({ inFlight: 3 })),
    UnloadModel: unary(() => ({})),
    LoadModel: ((call: ServerWritableStream<unknown, wire.LoadModelProgress>) => {
      call.emit('error', encodeStatus(new AppError('unsupported_parameter', 'it has its model')))
    }) as handleServerStreamingCall<unknown, unknown>,
  }
}

function listen(server: Server, { listen: address, credentials }: Script, folder: string): Promise<string> {
  const target = address ?? `unix:${join(folder, 'w.sock')}`
  return new Promise((resolve, reject) => {
    server.bindAsync(target, credentials ?? ServerCredentials.createInsecure(), (error, port) =>
      error
        ? reject(error)
        : resolve(target.startsWith('unix:') ? target : target.replace(/\d+$/, String(port))),
    )
  })
}

export const started: wire.GenerateEvent = { started: { promptTokens: 5 } }
export const delta = (text: string, numTokens = 1): wire.GenerateEvent => ({
  delta: { index: 0, text, numTokens },
})
export const finished: wire.GenerateEvent = {
  finished: {
    reason: 'FINISH_REASON_STOP',
    usage: { promptTokens: 5, completionTokens: 2 },
    timings: { queueUs: 1, prefillUs: 1, decodeUs: 1 },
  },
}
