import type { Config } from '../config/schema.ts'
import type { StatePaths } from '../config/state-folder.ts'
import { createAccess, type Access } from '../keys/access.ts'
import { createKeyIssuer } from '../keys/issue-keys.ts'
import { createJwtCheck } from '../keys/jwt/check-jwt.ts'
import { createLocalToken } from '../keys/local-token.ts'
import { createVault } from '../keys/vault.ts'
import type { Logger } from '../log.ts'
import type { KeyActions } from '../protocols/control/key-types.ts'
import type { Events } from '../stats/events.ts'
import { createKeyTrace } from '../keys/key-trace.ts'
import { createKeyActions } from './key-actions.ts'
import { takeSecrets } from './take-secrets.ts'

export type AccessHouse = {
  access: Access
  /** Whether callers are asked for a key from the start. */
  hasKeys: boolean
  keys: KeyActions
  /** For `daemon.json`. */
  localToken: string
  close(): Promise<void>
}

/**
 * Joins store, keys and tokens: who may call this daemon. Rejects when the store cannot be opened: that must
 * not leave the door open.
 */
export async function openAccessHouse(
  config: Config,
  paths: StatePaths,
  log: Logger,
  events: Events,
): Promise<AccessHouse> {
  const address = config.store ?? paths.store
  const pepper = { file: paths.pepper, environment: takeSecrets(process.env).pepper }
  const vault = createVault({
    log,
    exists: createKeyTrace(address, pepper),
    openStore: async () => (await import('../store/open-store.ts')).openStore(address, log),
    pepper,
  })
  const localToken = createLocalToken()
  const access = createAccess({ vault, localToken, log, checkJwt: readJwtCheck(config, log) })
  return {
    access,
    hasKeys: await access.required(),
    keys: createKeyActions(createKeyIssuer(vault, access.keyChanged), log, events),
    localToken,
    close: vault.close,
  }
}

function readJwtCheck(config: Config, log: Logger) {
  const { jwt_secret: secret, jwt_jwks: jwks } = config
  if (secret === undefined && jwks === undefined) return undefined
  const settings = {
    secret,
    jwks,
    issuer: config.jwt_issuer,
    audience: config.jwt_audience,
    clockSkewMs: config.jwt_clock_skew,
    claims: config.jwt_claims,
  }
  return createJwtCheck(settings, log)
}
