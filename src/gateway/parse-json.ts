import { AppError } from '../errors.ts'
import { findJsonFault } from './find-json-fault.ts'

// Malformed input must not become U+FFFD in a prompt without anybody noticing.
const decoder = new TextDecoder('utf-8', { fatal: true })

export function parseJson(body: Buffer): unknown {
  const text = decode(body)
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the body, and often leaves out where.
    const { line, column, position } = findJsonFault(text)
    const message = `the request body is not valid JSON: fault at position ${position} (line ${line}, column ${column})`
    throw new AppError('invalid_request', message, { details: { position } })
  }
}

function decode(body: Buffer): string {
  try {
    return decoder.decode(body)
  } catch {
    throw new AppError('invalid_request', 'the request body is not valid UTF-8; encode it as UTF-8')
  }
}
