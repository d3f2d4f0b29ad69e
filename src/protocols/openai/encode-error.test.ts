import { expect, test } from 'vitest'
import { AppError, type ErrorCode } from '../../errors.ts'
import { encodeError } from './encode-error.ts'

test.each<[ErrorCode, string]>([
  ['invalid_request', 'invalid_request_error'],
  ['unsupported_parameter', 'invalid_request_error'],
  ['context_length_exceeded', 'invalid_request_error'],
  ['model_not_found', 'invalid_request_error'],
  ['method_not_allowed', 'invalid_request_error'],
  ['payload_too_large', 'invalid_request_error'],
  ['unsupported_media_type', 'invalid_request_error'],
  ['invalid_api_key', 'authentication_error'],
  ['host_not_allowed', 'permission_error'],
  ['not_found', 'not_found_error'],
  ['queue_full', 'rate_limit_error'],
  ['engine_failed', 'server_error'],
  ['overloaded', 'server_error'],
  ['internal_error', 'server_error'],
])('%s is a %s', (code, type) => {
  expect(encodeError(new AppError(code, 'what happened'))).toEqual({
    error: { message: 'what happened', type, param: null, code },
  })
})

test('numbers for programs stand beside the four fields and never replace them', () => {
  const error = new AppError('context_length_exceeded', 'too long', {
    param: 'messages',
    details: { n_prompt_tokens: 9, n_ctx: 8, message: 'other' },
  })
  expect(encodeError(error)).toEqual({
    error: {
      n_prompt_tokens: 9,
      n_ctx: 8,
      message: 'too long',
      type: 'invalid_request_error',
      param: 'messages',
      code: 'context_length_exceeded',
    },
  })
})
