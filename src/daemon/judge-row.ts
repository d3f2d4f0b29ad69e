import { AppError } from '../errors.ts'
import { moderationCaller } from '../stats/internal-caller.ts'
import type { LedgerRow } from '../stats/ledger-line.ts'

/** What one question to a model has used so far; times as `performance.now()` has them. */
export type JudgeUsage = {
  startedAt: number
  placedAt: number
  firstAt?: number
  completion: number
  cached: number
  finish?: string
  failure?: { cause: unknown; wasAborted: boolean }
}

type Asked = {
  /** Of the request that is judged. */
  requestId: string | undefined
  filter: string
  model: string
  worker: string | undefined
  promptTokens: number
  costNano: number | undefined
}

/** The ledger's row for it. Texts are never kept: they are the judged request's own. */
export function createJudgeRow(asked: Asked, usage: JudgeUsage): Omit<LedgerRow, 'id'> {
  const totalMs = performance.now() - usage.startedAt
  const error = describeFailure(usage)
  return {
    request_id: asked.requestId ?? '',
    at: Math.round(Date.now() - totalMs),
    endpoint: `moderation.${asked.filter}`,
    model: asked.model,
    worker: asked.worker ?? null,
    key_id: moderationCaller,
    owner_user: null,
    owner_team: null,
    owner_tenant: null,
    status: error?.status ?? 200,
    error: error?.code ?? null,
    finish: usage.finish ?? null,
    streamed: 0,
    prompt_tokens: asked.promptTokens,
    completion_tokens: usage.completion,
    cached_tokens: usage.cached,
    token_source: 'engine',
    cost_nano: asked.costNano ?? 0,
    queue_ms: round(usage.placedAt - usage.startedAt),
    ttft_ms: usage.firstAt === undefined ? null : round(usage.firstAt - usage.startedAt),
    total_ms: round(totalMs),
    flags: null,
    request_body: null,
    response_body: null,
  }
}

/** An abort that is no error of ours is the filter's own timeout. */
function describeFailure({ failure }: JudgeUsage): Pick<AppError, 'code' | 'status'> | undefined {
  if (!failure) return undefined
  const { cause, wasAborted } = failure
  if (cause instanceof AppError) return cause
  return new AppError(wasAborted ? 'timeout' : 'internal_error', 'the judge gave no answer')
}

/** Microseconds. */
const round = (ms: number): number => Math.round(ms * 1000) / 1000
