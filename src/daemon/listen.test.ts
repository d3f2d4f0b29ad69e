import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { listen } from './listen.ts'

const address: AddressInfo = { address: '', family: 'IPv4', port: 8080 }
const gateway = { listen: async () => '', server: { address: () => address } }
const open = (host: string, insecure: boolean, asksForKeys: boolean) =>
  listen(gateway, { host, port: 8080, insecure }, asksForKeys)

test('an address that others can reach needs a key, or --insecure', async () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.com', '128.0.0.1']) {
    await expect(open(host, false, false)).rejects.toMatchObject({
      code: 'invalid_config',
      param: 'host',
      message: expect.stringContaining('sluice keys create --admin') as string,
    })
    await open(host, true, false)
    await open(host, false, true)
  }
})

test('loopback needs neither; the address given out is one that this machine can use', async () => {
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1']) await open(host, false, false)
  expect(await open('0.0.0.0', true, false)).toBe('http://127.0.0.1:8080')
  expect(await open('::', false, true)).toBe('http://[::1]:8080')
})
