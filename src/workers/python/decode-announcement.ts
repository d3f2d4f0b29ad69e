import { AppError, type ErrorCode } from '../../errors.ts'

/** What a Python worker says of itself on its standard output. */
export type Announcement = { event: 'listening'; address: string } | { event: 'failed'; error: AppError }

/** The contract's reasons, as far as a start can fail with them. */
const codes: Record<string, ErrorCode> = {
  INVALID_MODEL: 'invalid_model',
  INSUFFICIENT_MEMORY: 'insufficient_memory',
  INVALID_REQUEST: 'invalid_config',
  UNSUPPORTED_PARAMETER: 'invalid_config',
  UNSUPPORTED_FEATURE: 'invalid_config',
}

/** Undefined for any other line. */
export function decodeAnnouncement(line: string): Announcement | undefined {
  const said = parseObject(line)
  if (said?.['event'] === 'listening' && typeof said['address'] === 'string')
    return { event: 'listening', address: said['address'] }
  if (said?.['event'] !== 'failed') return undefined
  const { reason, message } = said
  return {
    event: 'failed',
    error: new AppError(
      readCode(reason),
      typeof message === 'string' ? message : 'the Python worker failed and did not say why',
    ),
  }
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return undefined
  }
}

const readCode = (reason: unknown): ErrorCode =>
  (typeof reason === 'string' && Object.hasOwn(codes, reason) ? codes[reason] : undefined) ?? 'engine_failed'
