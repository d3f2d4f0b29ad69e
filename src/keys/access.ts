import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { checkKey } from './check-key.ts'
import { createFailedAttempts, type FailedAttempts } from './failed-attempts.ts'
import { digest } from './hash-secret.ts'
import type { CheckJwt } from './jwt/check-jwt.ts'
import { looksLikeJwt } from './jwt/looks-like-jwt.ts'
import { checkLocalToken } from './local-token.ts'
import { createPresence } from './presence.ts'
import { anonymous, type Principal } from './principal.ts'
import { readCredential } from './read-credential.ts'
import { refuse } from './refusal.ts'
import type { Vault } from './vault.ts'
import { createVerdictCache, type Verdict } from './verdict-cache.ts'

/** How long a key that was good goes on while the store cannot be asked. */
const outageMs = 300_000

export type Access = {
  /** There is a key or a JWT setting, so callers must say who they are. Once true, it stays so. */
  required(): Promise<boolean>
  /**
   * Who is calling. At once when that is known already; else a promise, which may reject with
   * `invalid_api_key`, `too_many_attempts`, or `store_unavailable`.
   */
  identify(headers: IncomingHttpHeaders, address: string): Principal | Promise<Principal>
  /** A key was made, changed or revoked: nothing that was known of it holds. */
  keyChanged(id: string): void
}

export type AccessOptions = {
  vault: Vault
  /** The local command line's credential. */
  localToken: string
  checkJwt: CheckJwt | undefined
  log: Logger
  attempts?: FailedAttempts
  clock?: () => number
}

export function createAccess(options: AccessOptions): Access {
  const { vault, log, clock = Date.now, attempts = createFailedAttempts() } = options
  const cache = createVerdictCache()
  const presence = createPresence(vault, log, options.checkJwt !== undefined)
  /** One look-up per credential at a time. */
  const running = new Map<string, Promise<Principal>>()

  async function lookUp(credential: string, name: string, address: string): Promise<Principal> {
    const now = clock()
    // A guesser on this machine must not lock its user's commands out.
    const mine = checkLocalToken(options.localToken, credential)
    if (mine) {
      cache.keep(name, mine, cache.epoch)
      return mine.principal
    }
    const known = cache.find(name)
    // Only strangers are limited: the neighbours of a guesser, behind the same address, go on working.
    const wait = known ? 0 : attempts.begin(address, now)
    if (wait > 0) throw tooMany(wait)
    const { epoch } = cache
    try {
      const verdict = await check(options, credential, now)
      cache.keep(name, verdict, epoch)
      if (!known) attempts.forgive(address)
      return verdict.principal
    } catch (cause) {
      const isAnswer = cause instanceof AppError && cause.code === 'invalid_api_key'
      if (isAnswer) cache.drop(name)
      else if (!known) attempts.forgive(address)
      if (isAnswer || !known || !survives(known, now)) throw cause
      log.warn({ event: 'keys.stale', key: known.principal.id, err: cause }, 'a known key is used unchecked')
      return known.principal
    }
  }

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
    const promise = lookUp(credential, name, address).finally(() => running.delete(name))
    running.set(name, promise)
    return promise
  }

  return {
    identify,
    required: () => presence.required(clock()),
    keyChanged(id) {
      presence.notice()
      cache.forget(id)
    },
  }
}

const survives = ({ freshUntil, validUntil }: Verdict, now: number): boolean =>
  now < validUntil && now < freshUntil + outageMs

async function check({ vault, checkJwt }: AccessOptions, credential: string, now: number): Promise<Verdict> {
  if (checkJwt && looksLikeJwt(credential)) return checkJwt(credential, now)
  // Nothing was ever stored: there is no key that it could be.
  if (!vault.exists()) throw refuse('unknown')
  return checkKey(vault, credential, now)
}

const tooMany = (retryAfterMs: number): AppError =>
  new AppError(
    'too_many_attempts',
    'too many keys that are not valid came from this address; wait before the next try',
    { retryAfterMs },
  )
