import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  credentials as channel,
  makeClientConstructor,
  type CallOptions,
  type ChannelCredentials,
  type Client,
  type ClientReadableStream,
  type MethodDefinition,
  type ServiceError,
} from '@grpc/grpc-js'
import { controlService, healthService, inferenceService } from '../contract/definition.ts'
import { decodeStatus } from '../contract/status-error.ts'
import type * as wire from '../contract/wire-types.ts'
import type { LoadOptions } from '../engine/types.ts'
import type { AppError } from '../errors.ts'
import { createFakeLoader } from '../engines/fake/fake-loader.ts'
import { createWorkerServer, type WorkerServer, type WorkerServerOptions } from './worker-server.ts'

export const loadOptions = (source: string, change: Partial<LoadOptions> = {}): LoadOptions => ({
  source,
  contextLength: 512,
  parallel: 2,
  threads: 1,
  batchTokens: 64,
  gpuLayers: 0,
  ...change,
})

const services = { ...inferenceService, ...controlService, ...healthService }
type Methods = typeof services

/** A call in flight and everything that it has said so far. */
export type Stream<Response> = {
  call: ClientReadableStream<Response>
  received: Response[]
  /** Resolves with everything received, or rejects with the status as an AppError. */
  ended: Promise<Response[]>
  /** Resolves when this many messages have come. */
  until(count: number): Promise<void>
}

export type WorkerClient = ReturnType<typeof createClient>

type RequestOf<M> = M extends MethodDefinition<infer Request, infer _> ? Request : never
type ResponseOf<M> = M extends MethodDefinition<infer _, infer Response> ? Response : never
type Name = keyof { [K in keyof Methods as string extends K ? never : K]: true }

/** A plain client of the contract, which knows nothing of ours but the definitions. */
export function createClient(address: string, credentials: ChannelCredentials = channel.createInsecure()) {
  const limits = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 }
  const client: Client = new (makeClientConstructor(services, 'worker'))(address, credentials, limits)
  const fail = (error: ServiceError): AppError => decodeStatus(error, 'test')
  return {
    client,
    unary: <N extends Name>(name: N, request: RequestOf<Methods[N]>, options: CallOptions = {}) =>
      new Promise<ResponseOf<Methods[N]>>((resolve, reject) => {
        const { path, requestSerialize, responseDeserialize } = services[name]!
        client.makeUnaryRequest(
          path,
          requestSerialize as never,
          responseDeserialize as never,
          request,
          options,
          (error, response) => (error ? reject(fail(error)) : resolve(response as never)),
        )
      }),
    stream<N extends Name>(name: N, request: RequestOf<Methods[N]>, options: CallOptions = {}) {
      const { path, requestSerialize, responseDeserialize } = services[name]!
      return readAll<ResponseOf<Methods[N]>>(
        client.makeServerStreamRequest(
          path,
          requestSerialize as never,
          responseDeserialize as never,
          request,
          options,
        ) as never,
        fail,
      )
    },
    close: () => client.close(),
  }
}

function readAll<Response>(
  call: ClientReadableStream<Response>,
  fail: (error: ServiceError) => AppError,
): Stream<Response> {
  const received: Response[] = []
  const { promise, resolve, reject } = Promise.withResolvers<Response[]>()
  promise.catch(() => undefined)
  let onMessage = () => {}
  call.on('data', (message: Response) => {
    received.push(message)
    onMessage()
  })
  call.on('end', () => resolve(received))
  call.on('error', (error: ServiceError) => reject(fail(error)))
  return {
    call,
    received,
    ended: promise,
    until: (count) =>
      Promise.race([
        new Promise<void>((enough) => {
          onMessage = () => received.length >= count && enough()
          onMessage()
        }),
        promise.then(() => undefined),
      ]),
  }
}

export type OpenWorker = WorkerClient & { server: WorkerServer; address: string; end(): Promise<void> }

/** A worker on a Unix socket with the fake model `m`, and a client of it. */
export async function openWorker(
  source = 'fake:',
  options: Partial<WorkerServerOptions> & { load?: Partial<LoadOptions> } = {},
): Promise<OpenWorker> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-host-'))
  const server = createWorkerServer({ loader: createFakeLoader(), ...options })
  const address = await server.listen(`unix:${join(folder, 'w.sock')}`)
  await server.loadModel('m', loadOptions(source, options.load))
  const client = createClient(address)
  return {
    ...client,
    server,
    address,
    async end() {
      client.close()
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const completion = (
  text: string,
  change: Partial<wire.CompleteRequest> = {},
): wire.CompleteRequest => ({
  context: { model: 'm' },
  text,
  ...change,
})

/** The text of one choice. */
export const textOf = (events: readonly wire.GenerateEvent[], index = 0): string =>
  events.map(({ delta }) => ((delta?.index ?? 0) === index ? (delta?.text ?? '') : '')).join('')
