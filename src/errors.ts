/** Exit codes of the command line; documented in the README. */
export const exitCodes = {
  failure: 1,
  usage: 2,
  unreachable: 3,
  notFound: 4,
  badModel: 5,
  resources: 6,
  busy: 7,
  interrupted: 130,
} as const

/** Every failure that a caller can see: its HTTP status and its exit code. Both live here and nowhere else. */
const errorTable = {
  invalid_request: { status: 400, exit: exitCodes.usage },
  unsupported_parameter: { status: 400, exit: exitCodes.usage },
  invalid_config: { status: 400, exit: exitCodes.usage },
  content_blocked: { status: 400, exit: exitCodes.failure },
  context_length_exceeded: { status: 400, exit: exitCodes.usage },
  request_over_limit: { status: 400, exit: exitCodes.usage },
  invalid_api_key: { status: 401, exit: exitCodes.failure },
  forbidden: { status: 403, exit: exitCodes.failure },
  host_not_allowed: { status: 403, exit: exitCodes.failure },
  origin_not_allowed: { status: 403, exit: exitCodes.failure },
  not_found: { status: 404, exit: exitCodes.notFound },
  model_not_found: { status: 404, exit: exitCodes.notFound },
  method_not_allowed: { status: 405, exit: exitCodes.failure },
  request_timeout: { status: 408, exit: exitCodes.failure },
  conflict: { status: 409, exit: exitCodes.busy },
  payload_too_large: { status: 413, exit: exitCodes.usage },
  unsupported_media_type: { status: 415, exit: exitCodes.usage },
  invalid_model: { status: 422, exit: exitCodes.badModel },
  queue_full: { status: 429, exit: exitCodes.busy },
  too_many_attempts: { status: 429, exit: exitCodes.busy },
  rate_limit_exceeded: { status: 429, exit: exitCodes.busy },
  budget_exceeded: { status: 429, exit: exitCodes.busy },
  headers_too_large: { status: 431, exit: exitCodes.usage },
  cancelled: { status: 499, exit: exitCodes.interrupted },
  internal_error: { status: 500, exit: exitCodes.failure },
  engine_failed: { status: 502, exit: exitCodes.failure },
  worker_incompatible: { status: 502, exit: exitCodes.failure },
  worker_lost: { status: 503, exit: exitCodes.failure },
  circuit_open: { status: 503, exit: exitCodes.busy },
  overloaded: { status: 503, exit: exitCodes.busy },
  draining: { status: 503, exit: exitCodes.busy },
  moderation_unavailable: { status: 503, exit: exitCodes.resources },
  store_unavailable: { status: 503, exit: exitCodes.resources },
  limits_unavailable: { status: 503, exit: exitCodes.busy },
  daemon_unreachable: { status: 503, exit: exitCodes.unreachable },
  port_in_use: { status: 503, exit: exitCodes.resources },
  timeout: { status: 504, exit: exitCodes.failure },
  insufficient_memory: { status: 507, exit: exitCodes.resources },
  insufficient_storage: { status: 507, exit: exitCodes.resources },
} as const

export type ErrorCode = keyof typeof errorTable

export const errorCodes = Object.keys(errorTable) as ErrorCode[]

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(errorTable, value)

export type AppErrorOptions = {
  /** The request field (OpenAI's `param`) or config key at fault. */
  param?: string
  /** When trying again may help; becomes `Retry-After`. */
  retryAfterMs?: number
  /** Numbers and names worth reading by a program; merged into the error object on the wire. */
  details?: Record<string, string | number>
  cause?: unknown
}

/** The one error class. `message` is written for the reader: what happened, which input, what to do next. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly param: string | undefined
  readonly retryAfterMs: number | undefined
  readonly details: Record<string, string | number> | undefined

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.param = options.param
    this.retryAfterMs = options.retryAfterMs
    this.details = options.details
  }

  get status(): number {
    return errorTable[this.code].status
  }

  get exitCode(): number {
    return errorTable[this.code].exit
  }
}

/** Anything thrown becomes an AppError; a stranger's message stays in `cause` and never reaches the caller. */
export const toAppError = (cause: unknown): AppError =>
  cause instanceof AppError
    ? cause
    : new AppError('internal_error', 'something failed inside sluice', { cause })
