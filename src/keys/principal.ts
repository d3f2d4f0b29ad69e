import { createMatcher } from './patterns.ts'

export type Owner = { user: string | null; team: string | null; tenant: string | null }

/** What a caller may use. Patterns know one sign: `*` for anything. An empty list allows everything. */
export type Scopes = { models: string[]; endpoints: string[]; admin: boolean }

/** Who is calling, whichever way that was found out. */
export type Principal = {
  kind: 'key' | 'jwt' | 'local' | 'anonymous'
  /** The key's public id, `jwt:` and the subject, or the kind. Never a secret: it goes into logs. */
  id: string
  owner: Owner
  admin: boolean
  /** Undefined: every model. */
  mayUseModel: ((name: string) => boolean) | undefined
  /** By URL path; undefined: every endpoint. */
  mayCall: ((path: string) => boolean) | undefined
}

export const createPrincipal = (
  kind: Principal['kind'],
  id: string,
  owner: Owner,
  scopes: Scopes,
): Principal => ({
  kind,
  id,
  owner,
  admin: scopes.admin,
  mayUseModel: createMatcher(scopes.models),
  mayCall: createMatcher(scopes.endpoints),
})

const nobody: Owner = { user: null, team: null, tenant: null }
const everything: Scopes = { models: [], endpoints: [], admin: true }

/** Everybody, while there is neither a key nor a JWT setting. */
export const anonymous = createPrincipal('anonymous', 'anonymous', nobody, everything)

/** The command line of the user who runs the daemon. */
export const local = createPrincipal('local', 'local', nobody, everything)
