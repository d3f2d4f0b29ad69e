import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LedgerRow } from '../stats/ledger-line.ts'
import { redactJson, redactText } from '../stats/redact.ts'
import type { Call } from './call.ts'

export type AuditOptions = {
  record(row: Omit<LedgerRow, 'id'>): void
  /** Prompts and answers too, redacted. */
  keepsBodies: boolean
}

/** What the ledger wants of requests that use models; of others nothing. */
export type Audit = {
  begin(request: FastifyRequest, call: Call): void
  end(request: FastifyRequest, reply: FastifyReply, call: Call): void
}

/** Whom nobody could name: no key, or one that is not valid. */
const unknownCaller = 'unknown'

export function createAudit(options: AuditOptions | undefined): Audit {
  if (!options) return { begin: () => undefined, end: () => undefined }
  const { record, keepsBodies } = options
  return {
    begin(request, call) {
      if (keepsBodies && isAudited(request)) call.record.texts = []
    },
    end(request, reply, call) {
      if (!isAudited(request)) return
      record({
        ...describeCaller(call),
        ...describeAnswer(reply, call),
        ...describeCost(call),
        endpoint: request.routeOptions.url ?? '',
        request_body: keepsBodies && request.body !== undefined ? redactJson(request.body) : null,
        response_body: call.record.texts?.length ? redactJson(call.record.texts.map(redactText)) : null,
      })
    },
  }
}

const isAudited = ({ routeOptions, method }: FastifyRequest): boolean =>
  method === 'POST' && routeOptions.config.protocol?.usesModels === true

const describeCaller = ({ id, principal, record }: Call) => ({
  request_id: id,
  key_id: principal.kind === 'anonymous' && record.error?.status === 401 ? unknownCaller : principal.id,
  owner_user: principal.owner.user,
  owner_team: principal.owner.team,
  owner_tenant: principal.owner.tenant,
})

function describeAnswer(reply: FastifyReply, call: Call) {
  const { record } = call
  const { status, error } = describeEnd(reply, call)
  const totalMs = performance.now() - call.startedAt
  return {
    at: Math.round(Date.now() - totalMs),
    model: record.model ?? null,
    worker: record.worker ?? null,
    status,
    error: error ?? null,
    finish: record.finish ?? null,
    streamed: record.streamed ? 1 : 0,
    queue_ms: round(record.queueMs),
    ttft_ms: round(record.ttftMs),
    total_ms: round(totalMs)!,
    flags: record.flags?.length ? JSON.stringify(record.flags) : null,
  }
}

/** Nginx's number for "the client closed the request". */
const clientClosedRequest = 499

/** A stream that failed has its failure's own status, though its head said 200. */
function describeEnd(reply: FastifyReply, { record }: Call): { status: number; error?: string } {
  if (!reply.raw.writableEnded) return { status: clientClosedRequest, error: 'cancelled' }
  const { error } = record
  return error ? { status: error.status, error: error.code } : { status: reply.raw.statusCode }
}

/** A prompt that no engine has begun with has cost nothing. */
function describeCost({ record }: Call) {
  const hasBegun = record.tokenSource !== undefined
  return {
    token_source: record.tokenSource ?? null,
    prompt_tokens: hasBegun ? (record.promptTokens ?? 0) : 0,
    completion_tokens: record.completionTokens ?? 0,
    cached_tokens: record.cachedTokens ?? 0,
    cost_nano: record.costNano ?? 0,
  }
}

/** Microseconds. */
const round = (ms: number | undefined): number | null =>
  ms === undefined ? null : Math.round(ms * 1000) / 1000
