import type { JWTVerifyOptions, ProtectedHeaderParameters } from 'jose'
import { AppError } from '../../errors.ts'
import type { Logger } from '../../log.ts'
import { refuse } from '../refusal.ts'
import type { Verdict } from '../verdict-cache.ts'
import { decodeClaims, type ClaimNames } from './claims.ts'
import { createJwks } from './jwks.ts'

/** A good token is not checked again for so long, so that a withdrawn signing key goes out of use. */
const freshMs = 60_000

export type JwtSettings = {
  /** For HS256. */
  secret: string | undefined
  /** URL or file of the public keys, for RS256 and ES256. */
  jwks: string | undefined
  issuer: string | undefined
  /** Any one of these; empty: not checked. */
  audience: string[]
  clockSkewMs: number
  claims: ClaimNames
}

/** Rejects with `invalid_api_key`, or with `store_unavailable` when there are no keys to check with. */
export type CheckJwt = (token: string, now: number) => Promise<Verdict>

export function createJwtCheck(settings: JwtSettings, log: Logger): CheckJwt {
  const secret = settings.secret === undefined ? undefined : Buffer.from(settings.secret)
  const jwks = settings.jwks === undefined ? undefined : createJwks(settings.jwks, log)
  const verify = async (token: string, now: number) => {
    const { jwtVerify, decodeProtectedHeader } = await import('jose')
    const options = verifyOptions(settings, now)
    const { alg } = readHeader(token, decodeProtectedHeader)
    // Each algorithm has its own key, so that no public key can ever serve as a secret.
    if (alg === 'HS256' && secret) return jwtVerify(token, secret, { ...options, algorithms: ['HS256'] })
    if ((alg === 'RS256' || alg === 'ES256') && jwks)
      return jwtVerify(token, jwks, { ...options, algorithms: [alg] })
    throw refuse('bad_token')
  }
  return async (token, now) => {
    const payload = await verify(token, now).then(
      (verified) => verified.payload,
      (cause: unknown) => {
        if (cause instanceof AppError) throw cause
        throw refuse((cause as { code?: string }).code === 'ERR_JWT_EXPIRED' ? 'expired' : 'bad_token')
      },
    )
    const principal = decodeClaims(payload, settings.claims)
    if (!principal) throw refuse('bad_token')
    const validUntil = payload.exp! * 1000 + settings.clockSkewMs
    return { principal, validUntil, freshUntil: now + freshMs }
  }
}

function readHeader(
  token: string,
  decode: (token: string) => ProtectedHeaderParameters,
): ProtectedHeaderParameters {
  try {
    return decode(token)
  } catch {
    throw refuse('bad_token')
  }
}

const verifyOptions = (settings: JwtSettings, now: number): JWTVerifyOptions => ({
  // A token for ever could not be taken back.
  requiredClaims: ['exp'],
  clockTolerance: settings.clockSkewMs / 1000,
  currentDate: new Date(now),
  ...(settings.issuer !== undefined && { issuer: settings.issuer }),
  ...(settings.audience.length > 0 && { audience: settings.audience }),
})
