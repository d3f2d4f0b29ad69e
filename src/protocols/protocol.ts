import type { z } from 'zod'
import type { EngineEvent, GenerateRequest, ModelInfo } from '../engine/types.ts'
import type { AppError } from '../errors.ts'

/** A wire dialect: its routes, and how it says that something failed. */
export type Protocol = {
  name: string
  routes: Route[]
  /** The body of a failed response. */
  encodeError(error: AppError): object
  /** What ends a stream that fails after its first byte. */
  encodeStreamError(error: AppError): ServerEvent
}

export type Route = {
  method: 'GET' | 'POST' | 'DELETE'
  /** A fastify path; `*` takes the rest, slashes included. */
  path: string
  run(call: { body: unknown; params: Record<string, string> }, context: RouteContext): Promise<Reply>
}

/** `event` is the SSE event name; most OpenAI events have none. */
export type ServerEvent = { event?: string; data: string }
export type Reply = { json: unknown; status?: number } | { stream: AsyncIterable<ServerEvent> }

export type RouteContext = {
  /** The request's id: `x-request-id` in and out, and in every log line. */
  requestId: string
  /** Unix seconds when the request came in; the same in all chunks. */
  created: number
  /** Aborted when the client goes away or the daemon's drain time is over. */
  signal: AbortSignal
  /** Unknown parameters are ignored instead of refused. */
  lenient: boolean
  /**
   * Resolves the model, checks every prompt, waits for admission. Holds its place until all choices
   * have ended or were left. `choices` is ordered prompt by prompt: index = prompt * count + choice.
   */
  generate(model: string, requests: GenerateRequest[], count: number): Promise<Generation>
  models: ModelDirectory
}

export type Generation = {
  /** The model's own name, which the answer carries, whatever alias was asked for. */
  model: string
  choices: AsyncIterable<EngineEvent>[]
}

export type ModelEntry = {
  id: string
  aliases: string[]
  created: number
  status: 'unloaded' | 'loading' | 'loaded'
  /** Present once the model has been loaded. */
  info?: ModelInfo
  slots?: number
}
export type ModelDirectory = { list(): ModelEntry[]; find(id: string): ModelEntry | undefined }

/** Binds schema and handler while the body type is still known, so a list of routes needs no `any`. */
export function defineRoute<T>(route: {
  method: Route['method']
  path: string
  body: z.ZodType<T>
  handle(body: T, context: RouteContext): Promise<Reply>
}): Route {
  return {
    method: route.method,
    path: route.path,
    run: (call, context) => route.handle(route.body.parse(call.body), context),
  }
}
