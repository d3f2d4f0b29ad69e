import { createServer } from 'node:net'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { DaemonStatus } from '../src/protocols/control/types.ts'
import { openSandbox } from './open-sandbox.ts'
import { isAlive, until } from './sandbox.ts'

test('serve, status, a second serve, stop', async () => {
  const { sluice, json, daemonFile, home } = openSandbox()
  expect((await sluice('status')).code).toBe(3)

  const first = await sluice('serve')
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toContain(`sluice is ready at ${daemonFile().base_url}/v1`)

  const second = await sluice('serve')
  expect(second.code).toBe(0)
  expect(second.stdout).toContain('runs already')

  const status = await json<DaemonStatus & { running: boolean }>('status')
  expect(status).toMatchObject({
    running: true,
    state: 'ready',
    home,
    models_loaded: [],
    default_model: 'pocket',
  })

  const { pid } = daemonFile()
  expect((await sluice('stop')).code).toBe(0)
  expect(isAlive(pid)).toBe(false)
  expect(existsSync(join(home, 'daemon.json'))).toBe(false)
  expect((await sluice('stop')).stdout).toContain('not running')
})

test('two serves at the same moment make one daemon', async () => {
  const { sluice, daemonFile } = openSandbox()
  const ran = await Promise.all([sluice('serve'), sluice('serve'), sluice('serve')])
  expect(ran.map(({ code, stderr }) => ({ code, stderr }))).toEqual(ran.map(() => ({ code: 0, stderr: '' })))
  expect(ran.filter(({ stdout }) => stdout.includes('is ready'))).toHaveLength(1)
  expect(ran.every(({ stdout }) => stdout.includes(daemonFile().base_url))).toBe(true)
})

test('kill -9: the next command recovers by itself', async () => {
  const { sluice, json, daemonFile } = openSandbox()
  await sluice('serve')
  const before = daemonFile()
  process.kill(before.pid, 'SIGKILL')
  await until('the daemon is gone', () => !isAlive(before.pid))
  expect((await sluice('status')).code).toBe(3)
  expect((await sluice('list')).code).toBe(0)
  const status = await json<DaemonStatus>('status')
  expect(status.pid).not.toBe(before.pid)
})

test('a stale daemon.json whose port belongs to somebody else is not believed', async () => {
  const { sluice, home } = openSandbox()
  const stranger = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'))
  await new Promise<void>((done) => stranger.listen(0, '127.0.0.1', done))
  const { port } = stranger.address() as AddressInfo
  const stale = {
    pid: process.pid,
    instance: 'old',
    version: '0',
    base_url: `http://127.0.0.1:${port}`,
    started_at: '',
  }
  writeFileSync(join(home, 'daemon.json'), JSON.stringify(stale))
  expect((await sluice('status')).code).toBe(3)
  expect((await sluice('serve')).code).toBe(0)
  stranger.close()
})

test('a foreground daemon drains on SIGTERM and exits 0', async () => {
  const { start, home } = openSandbox()
  const child = start('serve', '--foreground')
  let log = ''
  child.stdout.on('data', (text: Buffer) => (log += text.toString()))
  await until('it is ready', () => log.includes('daemon.ready'))
  child.kill('SIGTERM')
  const code = await new Promise((done) => child.once('close', done))
  expect(code).toBe(0)
  expect(log).toContain('daemon.stopped')
  expect(existsSync(join(home, 'daemon.json'))).toBe(false)
})

const oneLine = /^sluice: [^\n]+\n$/

test('a taken port: one line with the next step', async () => {
  const taken = createServer()
  await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done))
  const { port } = taken.address() as AddressInfo
  const { sluice } = openSandbox({ SLUICE_PORT: String(port) })
  const ran = await sluice('serve')
  expect(ran.code).toBe(6)
  expect(ran.stderr).toMatch(oneLine)
  expect(ran.stderr).toContain(`port ${port} on 127.0.0.1 is taken`)
  taken.close()
})

test('a state folder that cannot be made: one line with the next step', async () => {
  const { sluice, home } = openSandbox()
  writeFileSync(join(home, 'file'), '')
  const blocked = openSandbox({ SLUICE_HOME: join(home, 'file', 'inside') })
  const ran = await blocked.sluice('serve')
  expect(ran.code).toBe(6)
  expect(ran.stderr).toMatch(oneLine)
  expect(ran.stderr).toContain('set SLUICE_HOME')
  expect((await sluice('status')).code).toBe(3)
})

test('a broken config: the key, where it came from, exit 2', async () => {
  const { sluice, home } = openSandbox()
  const config = (text: string) => writeFileSync(join(home, 'config.yaml'), text)
  config('prot: 8080\n')
  expect(await sluice('serve')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('unknown key "prot"'),
  })
  config('queue_size: many\n')
  const wrongType = await sluice('serve')
  expect(wrongType.stderr).toMatch(oneLine)
  expect(wrongType.stderr).toContain('queue_size')
  expect(wrongType.stderr).toContain('config.yaml')
  config('host: [\n')
  expect(await sluice('serve')).toMatchObject({ code: 2, stderr: expect.stringMatching(oneLine) })
  expect((await sluice('serve', '--config', join(home, 'none.yaml'))).stderr).toContain('does not exist')
  mkdirSync(join(home, 'folder'))
  expect((await sluice('serve', '--config', join(home, 'folder'))).stderr).toContain('is a folder')
})

test('an address that others can reach is refused without --insecure', async () => {
  const { sluice } = openSandbox()
  const refused = await sluice('serve', '--host', '0.0.0.0')
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--insecure') })
  expect((await sluice('serve', '--host', '0.0.0.0', '--insecure')).code).toBe(0)
})

test('settings: flag over environment over file over default, and the old gateways’ names', async () => {
  const { sluice, home } = openSandbox({ GATEWAY_HOST: 'localhost', LOG_LEVEL: 'WARN' })
  writeFileSync(
    join(home, 'config.yaml'),
    'http_port: 9999\nread_timeout: 15s\nlog_level: debug\nmax_concurrent_requests: 3\n',
  )
  const shown = await sluice('config', 'show', '--origin', '--json')
  expect(JSON.parse(shown.stdout)).toMatchObject({
    settings: {
      port: { value: 0, origin: 'environment SLUICE_PORT' },
      host: { value: 'localhost', origin: 'environment GATEWAY_HOST' },
      log_level: { value: 'warn', origin: 'environment LOG_LEVEL' },
      read_timeout: { value: '15s', origin: join(home, 'config.yaml') },
      max_concurrent_requests: { value: 3 },
      queue_size: { origin: 'default' },
    },
  })
})
