import type { AppError } from '../../errors.ts'

/** OpenAI's words for a status; the clients choose their error class by status, and some programs by type. */
const typesByStatus: Record<number, string> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
}

function typeOf({ code, status }: AppError): string {
  // As OpenAI has it: an unknown model is a mistake in the request, not in the path.
  if (code === 'model_not_found') return 'invalid_request_error'
  return typesByStatus[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error')
}

/** All four fields are required, and `code` is a string: https://github.com/openai/openai-openapi, `Error`. */
export const encodeError = (error: AppError): object => ({
  error: {
    ...error.details,
    message: error.message,
    type: typeOf(error),
    param: error.param ?? null,
    code: error.code,
  },
})
