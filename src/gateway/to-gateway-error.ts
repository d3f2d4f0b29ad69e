import type { FastifyError } from 'fastify'
import { AppError, toAppError } from '../errors.ts'

const jsonHeader =
  "send JSON with the header 'content-type: application/json' (curl: -H 'content-type: application/json')"

/** What fastify and node throw before a route runs, in our words. */
export function toGatewayError(cause: unknown, bodyLimitBytes: number): AppError {
  const { code, statusCode } = (cause ?? {}) as Partial<FastifyError>
  switch (code ?? '') {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError(
        'payload_too_large',
        `the request body is larger than ${bodyLimitBytes} bytes, which is the limit; send less, or raise body_limit`,
        { details: { limit_bytes: bodyLimitBytes } },
      )
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AppError('unsupported_media_type', `the body's content type is not accepted: ${jsonHeader}`)
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new AppError(
        'invalid_request',
        'the request body does not have the length that content-length says',
      )
    case 'FST_ERR_BAD_URL':
      return new AppError('invalid_request', 'the path is not a valid URL; check its percent signs')
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new AppError('not_found', 'the path is too long')
    default:
      if (!(cause instanceof AppError) && statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
        return new AppError('invalid_request', 'the request could not be read; check its headers and body', {
          cause,
        })
      }
      return toAppError(cause)
  }
}
