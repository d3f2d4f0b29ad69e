import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Visible ASCII, so that it can go into a header and a log line as it is. */
const acceptable = /^[\x21-\x7e]{1,128}$/

/** The caller's own id where it can be used, so that both sides' logs can be joined. */
export function resolveRequestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && acceptable.test(given) ? given : randomUUID()
}
