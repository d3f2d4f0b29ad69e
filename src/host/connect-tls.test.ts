import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import type { WorkerAddress } from '../engine/worker.ts'
import { createFakeLoader } from '../engines/fake/fake-loader.ts'
import { connectWorker } from '../engines/grpc-worker/connect-worker.ts'
import { writeCertificates } from './certificates.test-kit.ts'
import { createServerCredentials } from './credentials.ts'
import type { TlsFiles } from './host-arguments.ts'
import { createWorkerServer, type WorkerServer } from './worker-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-connect-tls-'))
const files = writeCertificates(folder)
const own: TlsFiles = { certificate: files.server, key: files.serverKey }
const trusted = { ca: files.authority, serverName: 'localhost' }

let server: WorkerServer | undefined
afterEach(() => server?.close())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function listen(tls: TlsFiles | undefined): Promise<string> {
  server = createWorkerServer({ loader: createFakeLoader() })
  return server.listen('127.0.0.1:0', tls && createServerCredentials(tls))
}

async function connect(target: string, tls: WorkerAddress['tls']): Promise<string> {
  const limits = { timeoutMs: 5_000, reportTimeoutMs: 60_000, stallMs: 60_000 }
  const options = { signal: new AbortController().signal, ...limits }
  const connection = await connectWorker({ target, ...(tls && { tls }) }, options)
  await connection.close()
  return connection.identity.engine
}

const incompatible = (words: string) => ({
  code: 'worker_incompatible',
  message: expect.stringContaining(words),
})

test('a worker with TLS', async () => {
  const target = await listen(own)
  expect(await connect(target, trusted)).toBe('fake')
  await expect(connect(target, undefined)).rejects.toMatchObject(incompatible('wants TLS: set tls.ca'))
  await expect(connect(target, { ...trusted, ca: files.stranger })).rejects.toMatchObject(
    incompatible('is not accepted'),
  )
  await expect(connect(target, { ...trusted, serverName: 'elsewhere' })).rejects.toMatchObject(
    incompatible("not in the cert's altnames"),
  )
})

test('a worker that asks for a certificate', async () => {
  const target = await listen({ ...own, ca: files.authority })
  const known = { certificate: files.client, key: files.clientKey }
  expect(await connect(target, { ...trusted, ...known })).toBe('fake')
  const words = incompatible('does not accept our certificate: set tls.certificate and tls.key')
  await expect(connect(target, trusted)).rejects.toMatchObject(words)
  const unknown = { certificate: files.stranger, key: files.strangerKey }
  await expect(connect(target, { ...trusted, ...unknown })).rejects.toMatchObject(
    incompatible('most likely it does not accept our certificate'),
  )
})

test('a worker without TLS', async () => {
  const target = await listen(undefined)
  await expect(connect(target, trusted)).rejects.toMatchObject(incompatible('speaks without TLS'))
})
