import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clearSockets, createSocketAddress } from './socket-address.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-socket-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const listenOn = (address: string) =>
  new Promise<() => void>((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(address.replace('unix:', ''), () => resolve(() => server.close()))
  })

test.runIf(process.platform !== 'win32')('a path in a folder for the user alone, new each time', async () => {
  const sockets = join(folder, 'sockets')
  const [one, two] = [await createSocketAddress(sockets), await createSocketAddress(sockets)]
  expect(one.listen).not.toBe(two.listen)
  expect(statSync(sockets).mode & 0o777).toBe(0o700)
  writeFileSync(one.listen.replace('unix:', ''), '')
  await one.remove()
  await two.remove()
  expect(readdirSync(sockets)).toEqual([])
})

test.runIf(process.platform !== 'win32')('a folder too long for a socket is avoided', async () => {
  const address = await createSocketAddress(join(folder, 'a-rather-long-name-of-a-folder'.repeat(4)))
  const path = address.listen.replace('unix:', '')
  expect(Buffer.byteLength(path)).toBeLessThanOrEqual(103)
  const close = await listenOn(path)
  expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700)
  close()
  await address.remove()
  expect(existsSync(join(path, '..'))).toBe(false)
})

test('a folder that cannot be made is a clear error', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  await expect(createSocketAddress(join(file, 'sockets'))).rejects.toMatchObject({
    code: 'insufficient_storage',
    message: expect.stringContaining(file) as string,
  })
})

test('leftovers of a killed daemon are removed, other files are not', async () => {
  const sockets = join(folder, 'stale')
  await createSocketAddress(sockets)
  for (const name of ['0123456789ab.sock', 'notes.txt']) writeFileSync(join(sockets, name), '')
  await clearSockets(sockets)
  expect(readdirSync(sockets)).toEqual(['notes.txt'])
  await clearSockets(join(folder, 'never-made'))
})
