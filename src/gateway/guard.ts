import type { FastifyRequest } from 'fastify'
import { AppError } from '../errors.ts'
import type { Access } from '../keys/access.ts'
import type { Principal } from '../keys/principal.ts'
import { Refusal } from '../keys/refusal.ts'
import type { Call } from './call.ts'

/** Runs before the body is read. Returns nothing when the caller is known at once; else a promise. */
export type Guard = (request: FastifyRequest, call: Call) => Promise<void> | undefined

/** Who is calling, and whether he may call this at all. Every path is closed unless its route says `open`. */
export function createGuard(access: Pick<Access, 'identify'>): Guard {
  return (request, call) => {
    const { open, admin = false } = request.routeOptions.config
    if (open === true) return undefined
    const admit = (principal: Principal) => {
      call.principal = principal
      if (principal.kind !== 'anonymous') call.record.key = principal.id
      assertAllowed(principal, pathOf(request.url), admin)
    }
    const identified = identify(access, request, call)
    if (identified instanceof Promise) {
      return identified.then(admit, (cause: unknown) => {
        throw note(cause, call)
      })
    }
    admit(identified)
    return undefined
  }
}

function identify(access: Pick<Access, 'identify'>, request: FastifyRequest, call: Call) {
  try {
    return access.identify(request.headers, request.raw.socket.remoteAddress ?? '')
  } catch (cause) {
    throw note(cause, call)
  }
}

/** The operator may know what the caller may not. */
function note(cause: unknown, call: Call): unknown {
  if (cause instanceof AppError && cause.cause instanceof Refusal) call.record.refused = cause.cause.reason
  return cause
}

function assertAllowed(principal: Principal, path: string, needsAdmin: boolean): void {
  if (needsAdmin && !principal.admin) {
    throw new AppError('forbidden', `${path} needs a key with admin rights: sluice keys create --admin`)
  }
  if (principal.mayCall?.(path) === false) {
    throw new AppError('forbidden', `this key may not call ${path}; ask for one whose endpoints include it`)
  }
}

const pathOf = (url: string): string => {
  const query = url.indexOf('?')
  return (query === -1 ? url : url.slice(0, query)).slice(0, 200)
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers everybody, keys or not. */
    open?: boolean
    /** Once there are keys, it wants one with admin rights. */
    admin?: boolean
  }
}
