import { fileURLToPath } from 'node:url'
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js'
import { loadSync, type MessageTypeDefinition } from '@grpc/proto-loader'
import type * as wire from './wire-types.ts'

/** The contract's version: a caller refuses another major, and accepts any minor. */
export const apiVersion = { major: 1, minor: 1 }

/** What either side accepts by default: prompts of any context length, and images. */
export const maxMessageBytes = 64 * 2 ** 20

/** From `src/contract/` as from `dist/src/contract/`. */
function findProtoFolder(): string {
  const isBuilt = /[\\/]dist[\\/]src[\\/]contract[\\/]/.test(fileURLToPath(import.meta.url))
  return fileURLToPath(new URL(isBuilt ? '../../../proto' : '../../proto', import.meta.url))
}

const definition = loadSync(
  ['llm/v1/inference.proto', 'llm/v1/control.proto', 'google/rpc/error.proto', 'grpc/health/v1/health.proto'],
  // Absent stays undefined, so that presence survives; lists are always there.
  { includeDirs: [findProtoFolder()], longs: Number, enums: String, defaults: false, arrays: true },
)

type Unary<Request, Response> = MethodDefinition<Request, Response>

export type InferenceService = ServiceDefinition & {
  Chat: Unary<wire.ChatRequest, wire.GenerateEvent>
  Complete: Unary<wire.CompleteRequest, wire.GenerateEvent>
  Embed: Unary<wire.EmbedRequest, wire.EmbedResponse>
  Tokenize: Unary<wire.TokenizeRequest, wire.TokenizeResponse>
  Detokenize: Unary<wire.DetokenizeRequest, wire.DetokenizeResponse>
  Abort: Unary<wire.AbortRequest, wire.AbortResponse>
}
export type ControlService = ServiceDefinition & {
  GetWorkerInfo: Unary<object, wire.WorkerInfo>
  ListModels: Unary<object, wire.ListModelsResponse>
  LoadModel: Unary<wire.LoadModelRequest, wire.LoadModelProgress>
  UnloadModel: Unary<wire.UnloadModelRequest, wire.UnloadModelResponse>
  ResetPrefixCache: Unary<wire.ResetPrefixCacheRequest, object>
  GetLoad: Unary<object, wire.LoadReport>
  WatchLoad: Unary<wire.WatchLoadRequest, wire.LoadReport>
  Drain: Unary<wire.DrainRequest, wire.DrainResponse>
}
export type HealthService = ServiceDefinition & {
  Check: Unary<wire.HealthCheckRequest, wire.HealthCheckResponse>
  Watch: Unary<wire.HealthCheckRequest, wire.HealthCheckResponse>
}

export const inferenceService = definition['llm.v1.Inference'] as unknown as InferenceService
export const controlService = definition['llm.v1.Control'] as unknown as ControlService
export const healthService = definition['grpc.health.v1.Health'] as unknown as HealthService

type Codec<T> = { serialize(value: T): Buffer; deserialize(bytes: Buffer): T }

const codec = <T>(name: string): Codec<T> =>
  definition[name] as unknown as MessageTypeDefinition<object, object> as unknown as Codec<T>

export const rpcStatus = codec<wire.RpcStatus>('google.rpc.Status')
export const rpcErrorInfo = codec<wire.RpcErrorInfo>('google.rpc.ErrorInfo')
export const rpcRetryInfo = codec<wire.RpcRetryInfo>('google.rpc.RetryInfo')
