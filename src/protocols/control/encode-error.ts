import type { AppError } from '../../errors.ts'
import type { WireError } from './types.ts'

export const encodeError = (error: AppError): WireError => ({
  code: error.code,
  message: error.message,
  param: error.param ?? null,
  ...error.details,
})
