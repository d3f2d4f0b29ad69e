import type { IncomingHttpHeaders } from 'node:http'
import { createFailedAttempts, type FailedAttempts } from './failed-attempts.ts'
import { digest } from './hash-secret.ts'
import { createLookUp, type LookUpOptions } from './look-up.ts'
import { createPresence } from './presence.ts'
import { anonymous, type Principal } from './principal.ts'
import { readCredential } from './read-credential.ts'
import { refuse } from './refusal.ts'
import { createVerdictCache } from './verdict-cache.ts'

export type Access = {
  /** There is a key or a JWT setting, so callers must say who they are. Once true, it stays so. */
  required(): Promise<boolean>
  /**
   * Who is calling. At once when that is known already; else a promise, which may reject with
   * `too_many_attempts` or `store_unavailable`. Either way `invalid_api_key` is thrown for who is nobody.
   */
  identify(headers: IncomingHttpHeaders, address: string): Principal | Promise<Principal>
  /** A key was made, changed or revoked: nothing that was known of it holds. */
  keyChanged(id: string): void
}

export type AccessOptions = Omit<LookUpOptions, 'attempts' | 'cache'> & {
  attempts?: FailedAttempts
  clock?: () => number
}

export function createAccess(options: AccessOptions): Access {
  const { clock = Date.now, attempts = createFailedAttempts() } = options
  const cache = createVerdictCache()
  const presence = createPresence(options.vault, options.log, options.checkJwt !== undefined)
  const lookUp = createLookUp({ ...options, attempts, cache })
  /** One look-up per credential at a time. */
  const running = new Map<string, Promise<Principal>>()

  function identify(headers: IncomingHttpHeaders, address: string): Principal | Promise<Principal> {
    const now = clock()
    if (!presence.known) {
      if (presence.isFresh(now)) return anonymous
      return presence.required(now).then((required) => (required ? identify(headers, address) : anonymous))
    }
    const credential = readCredential(headers)
    if (credential === undefined) throw refuse('missing')
    const name = digest(credential)
    const verdict = cache.find(name)
    if (verdict && now < verdict.freshUntil && now < verdict.validUntil) return verdict.principal
    const lookingUp = running.get(name)
    if (lookingUp) return lookingUp
    const promise = lookUp(credential, name, address, now).finally(() => {
      if (running.get(name) === promise) running.delete(name)
    })
    running.set(name, promise)
    return promise
  }

  return {
    identify,
    required: () => presence.required(clock()),
    keyChanged(id) {
      presence.notice()
      cache.forget(id)
      // What is being looked up now may have been read before the change: nobody else may join that.
      running.clear()
    },
  }
}
