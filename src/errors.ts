/** Every failure that a caller can see, and its HTTP status. Status lives here and nowhere else. */
export const errorStatus = {
  invalid_request: 400,
  unsupported_parameter: 400,
  context_length_exceeded: 400,
  invalid_api_key: 401,
  forbidden: 403,
  host_not_allowed: 403,
  not_found: 404,
  model_not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  invalid_model: 422,
  queue_full: 429,
  cancelled: 499,
  internal_error: 500,
  engine_failed: 502,
  overloaded: 503,
  draining: 503,
  timeout: 504,
  insufficient_memory: 507,
} as const

export type ErrorCode = keyof typeof errorStatus

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
    return errorStatus[this.code]
  }
}

/** Anything thrown becomes an AppError; a stranger's message stays in `cause` and never reaches the caller. */
export const toAppError = (cause: unknown): AppError =>
  cause instanceof AppError ? cause : new AppError('internal_error', 'something failed inside sluice', { cause })
