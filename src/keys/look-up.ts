import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { checkKey } from './check-key.ts'
import type { FailedAttempts } from './failed-attempts.ts'
import type { CheckJwt } from './jwt/check-jwt.ts'
import { looksLikeJwt } from './jwt/looks-like-jwt.ts'
import { checkLocalToken } from './local-token.ts'
import type { Principal } from './principal.ts'
import { refuse } from './refusal.ts'
import type { Vault } from './vault.ts'
import type { Verdict, VerdictCache } from './verdict-cache.ts'

/** How long a key that was good goes on while the store cannot be asked. */
const outageMs = 300_000

export type LookUpOptions = {
  vault: Vault
  /** The local command line's credential. */
  localToken: string
  checkJwt: CheckJwt | undefined
  log: Logger
  attempts: FailedAttempts
  cache: VerdictCache
}

/** What the cache cannot answer: checks a credential, counts guesses, and remembers what was good. */
export type LookUp = (credential: string, name: string, address: string, now: number) => Promise<Principal>

export function createLookUp(options: LookUpOptions): LookUp {
  const { log, attempts, cache } = options
  return async (credential, name, address, now) => {
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
}

const survives = ({ freshUntil, validUntil }: Verdict, now: number): boolean =>
  now < validUntil && now < freshUntil + outageMs

function check({ vault, checkJwt }: LookUpOptions, credential: string, now: number): Promise<Verdict> {
  if (checkJwt && looksLikeJwt(credential)) return checkJwt(credential, now)
  // Nothing was ever stored: there is no key that it could be.
  if (!vault.exists()) return Promise.reject(refuse('unknown'))
  return checkKey(vault, credential, now)
}

const tooMany = (retryAfterMs: number): AppError =>
  new AppError(
    'too_many_attempts',
    'too many keys that are not valid came from this address; wait before the next try',
    { retryAfterMs },
  )
