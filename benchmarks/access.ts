/**
 * CPU microseconds that it takes to find out who is calling: nobody asked, a key or token that is known, a key
 * that has to be looked up (SQLite), a wrong one. Rounds are interleaved; the figures are medians.
 *
 *   npm run bench:access -- [--rounds 15] [--json]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SignJWT } from 'jose'
import { pino } from 'pino'
import { createAccess } from '../src/keys/access.ts'
import { createApiKey } from '../src/keys/api-key.ts'
import { createKeyIssuer } from '../src/keys/issue-keys.ts'
import { createJwtCheck } from '../src/keys/jwt/check-jwt.ts'
import { createLocalToken } from '../src/keys/local-token.ts'
import { createVault } from '../src/keys/vault.ts'
import { openStore } from '../src/store/open-store.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, json: { type: 'boolean', default: false } },
})
const log = pino({ level: 'silent' })
const folder = mkdtempSync(join(tmpdir(), 'sluice-access-'))
const secret = 's'.repeat(32)
const names = { user: 'sub', team: 't', tenant: 'n', models: 'm', endpoints: 'e', admin: 'a' }
const jwt = { secret, jwks: undefined, issuer: undefined, audience: [], clockSkewMs: 0, claims: names }

function open(file: string, checkJwt?: ReturnType<typeof createJwtCheck>) {
  const vault = createVault({
    log,
    exists: () => true,
    openStore: () => openStore(join(folder, file), log),
    pepper: { file: join(folder, 'pepper'), environment: undefined },
  })
  // A guesser is not to be slowed down here: his cost is a figure too.
  const attempts = { begin: () => 0, forgive: () => undefined }
  const access = createAccess({ vault, localToken: createLocalToken(), checkJwt, log, attempts })
  return { vault, access, issuer: createKeyIssuer(vault, access.keyChanged) }
}

const none = open('none.db')
const keys = open('keys.db', createJwtCheck(jwt, log))
const owner = { user: null, team: null, tenant: null }
const scopes = { models: [], endpoints: [], admin: false }
const key = await keys.issuer.create({ name: 'bench', owner, scopes, expiresAt: null })
const token = await new SignJWT({ sub: 'bench' })
  .setProtectedHeader({ alg: 'HS256' })
  .setExpirationTime('1h')
  .sign(Buffer.from(secret))
const bearer = (credential: string): IncomingHttpHeaders => ({
  host: '127.0.0.1:8080',
  'content-type': 'application/json',
  authorization: `Bearer ${credential}`,
})

type Case = { calls: number; run(): unknown }
const forget = () => keys.access.keyChanged(key.record.id)
const cases: Record<string, Case> = {
  'no keys': { calls: 50_000, run: () => none.access.identify(bearer(key.secret), '192.0.2.1') },
  'known key': { calls: 50_000, run: () => keys.access.identify(bearer(key.secret), '192.0.2.1') },
  'known token': { calls: 50_000, run: () => keys.access.identify(bearer(token), '192.0.2.1') },
  'looked up': {
    calls: 1000,
    run() {
      forget()
      return keys.access.identify(bearer(key.secret), '192.0.2.1')
    },
  },
  'wrong key': {
    calls: 1000,
    run: () =>
      Promise.resolve(keys.access.identify(bearer(createApiKey().secret), '192.0.2.1')).catch(() => 0),
  },
}

const samples = new Map<string, number[]>(Object.keys(cases).map((name) => [name, []]))
for (let round = 0; round <= Number(values.rounds); round += 1) {
  for (const [name, { calls, run }] of Object.entries(cases)) {
    await run()
    const before = process.cpuUsage()
    for (let call = 0; call < calls; call += 1) {
      const answer = run()
      if (answer instanceof Promise) await answer
    }
    const { user, system } = process.cpuUsage(before)
    // The first round only warms up.
    if (round > 0) samples.get(name)!.push((user + system) / calls)
  }
}
await Promise.all([none, keys].map(({ vault }) => vault.close()))
rmSync(folder, { recursive: true })

const median = (list: number[]) => list.toSorted((one, other) => one - other)[list.length >> 1]!
const figures = Object.fromEntries([...samples].map(([name, list]) => [name, median(list)]))
if (values.json) console.log(JSON.stringify({ cpu_us_per_call: figures }))
else for (const [name, us] of Object.entries(figures)) console.log(`${name.padEnd(14)}${us.toFixed(2)} µs`)
