import type { z } from 'zod'
import type {
  Embeddings,
  EmbedRequest,
  EngineEvent,
  GenerateRequest,
  ModelDirectory,
} from '../engine/types.ts'
import type { AppError } from '../errors.ts'
import { parseBody } from './parse-body.ts'

/** Who goes first where requests wait. */
export type Priority = 'high' | 'normal' | 'low'

/** A wire dialect: its routes, and how it says that something failed. */
export type Protocol = {
  name: string
  routes: Route[]
  /** Once there are keys, its routes want one with admin rights; absent: any key. */
  access?: 'admin'
  /** What is posted to it makes a model work, so it is recorded who asked. */
  usesModels?: true
  /** The body of a failed response. */
  encodeError(error: AppError): object
  /** What ends a stream that fails after its first byte. */
  encodeStreamError(error: AppError): ServerEvent
}

export type Route = {
  method: 'GET' | 'POST' | 'DELETE'
  /** A fastify path; `*` takes the rest, slashes included. */
  path: string
  /** As for a protocol, for this route alone. */
  access?: 'admin'
  run(call: RouteCall, context: RouteContext): Promise<Reply>
}

export type RouteCall = {
  body: unknown
  params: Record<string, string>
  /** As it was sent, decoded; a name that came twice has a list. */
  query: Record<string, string | string[]>
}

/** `event` is the SSE event name; most OpenAI events have none. */
export type ServerEvent = { event?: string; data: string }

/**
 * A stream's first event is awaited before any header is sent, so what fails before it is an ordinary
 * failed response. `ndjson` writes one `data` per line and knows no comments, so it gets no keep-alives.
 */
export type Reply =
  | { json: unknown; status?: number }
  | { stream: AsyncIterable<ServerEvent>; format?: 'sse' | 'ndjson' }

export type RouteContext = {
  /** The request's id: `x-request-id` in and out, and in every log line. */
  requestId: string
  /** The principal's public id, and whether it has admin rights. */
  caller: { id: string; admin: boolean }
  /** Unix seconds when the request came in; the same in all chunks. */
  created: number
  /** Aborted when the client goes away or the daemon's drain time is over. */
  signal: AbortSignal
  /** Unknown parameters are ignored instead of refused. */
  lenient: boolean
  /** Names parameters that `lenient` left out; the answer says so in a header. */
  ignore(parameters: string[]): void
  /** What the body asks for. A caller may lower his class, never raise it; returns the one that he gets. */
  prefer(priority: Priority): Priority
  /**
   * Resolves the model, checks every prompt, waits for admission. Holds its place until all choices
   * have ended or were left. `choices` is ordered prompt by prompt: index = prompt * count + choice.
   */
  generate(model: string, requests: GenerateRequest[], count: number): Promise<Generation>
  /** Resolves the model, waits for admission, and computes. Rejects with `unsupported_parameter` for models without. */
  embed(model: string, request: EmbedRequest): Promise<Embeddings & { model: string }>
  models: ModelDirectory
}

export type Generation = {
  /** The model's own name, which the answer carries, whatever alias was asked for. */
  model: string
  /** Milliseconds before the engine saw the request: loading and admission. */
  queueMs: number
  choices: AsyncIterable<EngineEvent>[]
  detokenize(tokens: number[]): Promise<string>
}

/** Binds schema and handler while the body type is still known, so a list of routes needs no `any`. */
export function defineRoute<T>(route: {
  method: Route['method']
  path: string
  body: z.ZodType<T>
  handle(body: T, context: RouteContext, params: Record<string, string>): Promise<Reply>
}): Route {
  return {
    method: route.method,
    path: route.path,
    run: async (call, context) =>
      route.handle(parseBody(route.body, call.body, context), context, call.params),
  }
}
