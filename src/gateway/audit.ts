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
      const row = describe(reply, call)
      row.endpoint = request.routeOptions.url ?? ''
      if (keepsBodies) addBodies(row, request.body, call.record.texts)
      record(row)
    },
  }
}

const isAudited = ({ routeOptions, method }: FastifyRequest): boolean =>
  method === 'POST' && routeOptions.config.protocol?.usesModels === true

type Row = Omit<LedgerRow, 'id'>

/** One literal: joining several costs as much as all the rest of it. */
function describe(reply: FastifyReply, { id, principal, record, startedAt }: Call): Row {
  const { status, error } = describeEnd(reply, record)
  const totalMs = performance.now() - startedAt
  // A prompt that no engine has begun with has cost nothing.
  const hasBegun = record.tokenSource !== undefined
  return {
    request_id: id,
    at: Math.round(Date.now() - totalMs),
    endpoint: '',
    model: record.model ?? null,
    worker: record.worker ?? null,
    key_id: principal.kind === 'anonymous' && record.error?.status === 401 ? unknownCaller : principal.id,
    owner_user: principal.owner.user,
    owner_team: principal.owner.team,
    owner_tenant: principal.owner.tenant,
    status,
    error: error ?? null,
    finish: record.finish ?? null,
    streamed: record.streamed ? 1 : 0,
    prompt_tokens: hasBegun ? (record.promptTokens ?? 0) : 0,
    completion_tokens: record.completionTokens ?? 0,
    cached_tokens: record.cachedTokens ?? 0,
    token_source: record.tokenSource ?? null,
    cost_nano: record.costNano ?? 0,
    queue_ms: round(record.queueMs),
    ttft_ms: round(record.ttftMs),
    total_ms: round(totalMs)!,
    flags: record.flags?.length ? JSON.stringify(record.flags) : null,
    request_body: null,
    response_body: null,
  }
}

function addBodies(row: Row, body: unknown, texts: string[] | undefined): void {
  if (body !== undefined) row.request_body = redactJson(body)
  if (texts?.length) row.response_body = redactJson(texts.map(redactText))
}

/** Nginx's number for "the client closed the request". */
const clientClosedRequest = 499

/** A stream that failed has its failure's own status, though its head said 200. */
function describeEnd(reply: FastifyReply, record: Call['record']): { status: number; error?: string } {
  if (!reply.raw.writableEnded) return { status: clientClosedRequest, error: 'cancelled' }
  const { error } = record
  return error ? { status: error.status, error: error.code } : { status: reply.raw.statusCode }
}

/** Microseconds. */
const round = (ms: number | undefined): number | null =>
  ms === undefined ? null : Math.round(ms * 1000) / 1000
