import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { duration } from './duration.ts'

const claim = z.string().min(1).max(200)

const isStore = (value: string) => /^postgres(ql)?:\/\//.test(value) || isAbsolute(value)

/** Keys go only over a line that nobody else can write on. */
const isKeySource = (value: string) =>
  /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/])/.test(value) || isAbsolute(value)

/** The settings that say who may call, and where that is kept. */
export const accessSettings = {
  store: z
    .string()
    .refine(isStore, 'write postgres://user:password@host/database, or the absolute path of an SQLite file')
    .optional()
    .describe('database of keys: a postgres:// URL or a file; default: store.db in the state folder'),
  jwt_secret: z
    .string()
    .refine((value) => Buffer.byteLength(value) >= 32, 'use 32 characters or more: openssl rand -base64 48')
    .optional()
    .describe('accepts HS256 tokens signed with it (also JWT_SECRET)'),
  jwt_jwks: z
    .string()
    .refine(isKeySource, 'write an https:// URL, or the absolute path of a file')
    .optional()
    .describe('accepts RS256 and ES256 tokens signed with a key of this JWK set: https URL or file'),
  jwt_issuer: z.string().min(1).optional().describe('issuer that tokens must name'),
  jwt_audience: z
    .union([
      z
        .string()
        .min(1)
        .transform((one) => [one]),
      z.array(z.string().min(1)).max(32),
    ])
    .default([])
    .describe('audiences of which tokens must name one'),
  jwt_clock_skew: duration
    .refine((ms) => ms <= 600_000, 'use 10m or less')
    .default(30_000)
    .describe("how far a token issuer's clock may be off"),
  jwt_claims: z
    .strictObject({
      user: claim.default('sub'),
      team: claim.default('team'),
      tenant: claim.default('tenant'),
      models: claim.default('models'),
      endpoints: claim.default('endpoints'),
      admin: claim.default('admin'),
    })
    .prefault({})
    .describe('names of the claims that say who is calling and what he may use'),
}
