import type { CreateKeyBody, IssuedKeyAnswer, ListedKey } from '../protocols/control/key-types.ts'
import type { Call } from './http.ts'

/** A whole key may be given where its id is meant; its secret part stays here. */
const pathOf = (key: string) =>
  `/api/keys/${encodeURIComponent(/^sk-sluice-([0-9a-z]+)/.exec(key)?.[1] ?? key)}`

/** `/api/keys` with types. */
export const createKeysClient = (quick: <T>(wanted: Call) => Promise<T>) => ({
  create: (body: CreateKeyBody) => quick<IssuedKeyAnswer>({ method: 'POST', path: '/api/keys', body }),
  list: async () => (await quick<{ keys: ListedKey[] }>({ method: 'GET', path: '/api/keys' })).keys,
  show: (key: string) => quick<ListedKey>({ method: 'GET', path: pathOf(key) }),
  revoke: (key: string) => quick<ListedKey>({ method: 'DELETE', path: pathOf(key) }),
  rotate: (key: string, graceMs: number | undefined) =>
    quick<IssuedKeyAnswer>({
      method: 'POST',
      path: `${pathOf(key)}/rotate`,
      body: graceMs === undefined ? {} : { grace_ms: graceMs },
    }),
})
