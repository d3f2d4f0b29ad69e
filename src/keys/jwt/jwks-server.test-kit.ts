import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import { onTestFinished } from 'vitest'

export type Signer = { kid: string; alg: string; publicKey: CryptoKey; privateKey: CryptoKey; jwk: JWK }

export async function createSigner(alg: 'RS256' | 'ES256', kid: string): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
  return { kid, alg, publicKey, privateKey, jwk }
}

/** A token of `signer` that is good for an hour unless its claims say otherwise. */
export const signToken = ({ alg, kid, privateKey }: Signer, claims: object = {}): Promise<string> =>
  new SignJWT({ sub: 'ann', exp: Math.floor(Date.now() / 1000) + 3600, ...claims })
    .setProtectedHeader({ alg, kid })
    .sign(privateKey)

export const signWithSecret = (secret: string, claims: object = {}, alg = 'HS256'): Promise<string> =>
  new SignJWT({ sub: 'ann', exp: Math.floor(Date.now() / 1000) + 3600, ...claims })
    .setProtectedHeader({ alg })
    .sign(Buffer.from(secret))

/** An identity provider's key set, which can change its keys, break, and count who asked. */
export async function serveJwks(signers: Signer[]) {
  const state = { signers, broken: false, asked: 0, silent: false }
  const server = createServer((_request, response) => {
    state.asked += 1
    if (state.silent) return
    if (state.broken) response.writeHead(503).end()
    else response.end(JSON.stringify({ keys: state.signers.map(({ jwk }) => jwk) }))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json` }
}
