import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { PriorityBook } from '../admission/priority-book.ts'
import { isPriority, lower, type Priority } from '../admission/priority.ts'
import { AppError } from '../errors.ts'
import type { Call } from './call.ts'

const header = 'x-sluice-priority'

/** By the operator's rules and the caller's header, which the answer repeats with what it came to. */
export function assignPriority(
  headers: IncomingHttpHeaders,
  call: Call,
  priorities: PriorityBook | undefined,
  reply: FastifyReply,
): void {
  const wish = readWish(headers[header])
  call.priority = priorities ? priorities(call.principal, wish) : wish === 'low' ? 'low' : 'normal'
  if (wish) reply.header(header, call.priority)
}

/** What the body asks for comes on top. */
export function lowerPriority(wish: Priority, call: Call, reply: FastifyReply): Priority {
  call.priority = lower(call.priority, wish)
  reply.header(header, call.priority)
  return call.priority
}

function readWish(text: string | string[] | undefined): Priority | undefined {
  if (text === undefined) return undefined
  if (isPriority(text)) return text
  throw new AppError('invalid_request', `the header ${header} must be high, normal or low`, { param: header })
}
