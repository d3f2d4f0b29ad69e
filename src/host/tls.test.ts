import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { credentials } from '@grpc/grpc-js'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createFakeLoader } from '../engines/fake/fake-loader.ts'
import { writeCertificates } from './certificates.test-kit.ts'
import { createServerCredentials } from './credentials.ts'
import type { TlsFiles } from './host-arguments.ts'
import { createClient } from './open-worker.test-kit.ts'
import { createWorkerServer, type WorkerServer } from './worker-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-tls-'))
const files = writeCertificates(folder)
const tls: TlsFiles = { certificate: files.server, key: files.serverKey }
const read = (path: string) => readFileSync(path)

let server: WorkerServer | undefined
afterEach(() => server?.close())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function listen(given: TlsFiles): Promise<string> {
  server = createWorkerServer({ loader: createFakeLoader() })
  // No --insecure: with TLS others may reach it.
  return (await server.listen('0.0.0.0:0', createServerCredentials(given))).replace('0.0.0.0', 'localhost')
}

async function greet(address: string, own?: { key: string; certificate: string }, ca = files.authority) {
  const client = createClient(
    address,
    credentials.createSsl(read(ca), own ? read(own.key) : null, own ? read(own.certificate) : null),
  )
  try {
    return (await client.unary('GetWorkerInfo', {}, { deadline: Date.now() + 5000 })).engine
  } finally {
    client.close()
  }
}

test('TLS: who trusts the authority may talk', async () => {
  const address = await listen(tls)
  expect(await greet(address)).toBe('fake')
  await expect(greet(address, undefined, files.stranger)).rejects.toMatchObject({ code: 'worker_lost' })
})

test('mTLS: callers need a certificate of the authority', async () => {
  const address = await listen({ ...tls, ca: files.authority })
  expect(await greet(address, { key: files.clientKey, certificate: files.client })).toBe('fake')
  await expect(greet(address)).rejects.toMatchObject({ code: 'worker_lost' })
  const stranger = greet(address, { key: files.strangerKey, certificate: files.stranger })
  await expect(stranger).rejects.toMatchObject({ code: 'worker_lost' })
  // They did not take the worker with them.
  expect(await greet(address, { key: files.clientKey, certificate: files.client })).toBe('fake')
})

test('files that cannot be used are named before anything listens', () => {
  const missing = join(folder, 'missing.pem')
  expect(() => createServerCredentials({ ...tls, key: missing })).toThrow(
    `${missing} cannot be read (ENOENT)`,
  )
  expect(() => createServerCredentials({ ...tls, key: files.clientKey })).toThrow(files.clientKey)
})
