import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resolveConfig } from './resolve.ts'

const fileWith = (text: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'sluice-config-')), 'config.yaml')
  writeFileSync(path, text)
  return path
}
const refusal = (text: string): string => {
  try {
    resolveConfig({ file: fileWith(text) })
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('it was accepted')
}

test('flag over environment over file over default, key by key', () => {
  const file = fileWith('port: 1\nhost: localhost\nqueue_size: 9\n')
  const { config, origins } = resolveConfig({
    flags: { port: 3, host: undefined },
    environment: { SLUICE_PORT: '2', SLUICE_QUEUE_SIZE: '8' },
    file,
  })
  expect(config).toMatchObject({ port: 3, host: 'localhost', queue_size: 8, batch_tokens: 512 })
  expect(origins).toMatchObject({
    port: 'flag --port',
    host: file,
    queue_size: 'environment SLUICE_QUEUE_SIZE',
    batch_tokens: 'default',
  })
})

test('the names of earlier gateways are understood; our own win', () => {
  const environment = {
    GATEWAY_PORT: '7',
    GATEWAY_HOST: '::1',
    MODEL_PATH: '/m.gguf',
    LOG_LEVEL: 'DEBUG',
    SLUICE_PORT: '8',
  }
  const { config } = resolveConfig({
    environment,
    file: fileWith('http_port: 6\nworker_address: 127.0.0.1:50051\n'),
  })
  expect(config).toMatchObject({
    port: 8,
    host: '::1',
    models: ['/m.gguf'],
    log_level: 'debug',
    worker_address: '127.0.0.1:50051',
  })
})

test('durations and sizes', () => {
  const { config } = resolveConfig({
    file: fileWith('read_timeout: 90s\nkeep_alive: 2\nqueue_timeout: 1.5m\nbody_limit: 8MiB\n'),
  })
  expect(config).toMatchObject({
    read_timeout: 90_000,
    keep_alive: 2000,
    queue_timeout: 90_000,
    body_limit: 8 * 1024 ** 2,
  })
})

test.each([
  ['prot: 1', 'unknown key "prot"'],
  ['queueSize: 1', 'did you mean "queue_size"'],
  ['port: 70000', 'port:'],
  ['port: -1', 'port:'],
  ['read_timeout: soon', 'is not a duration'],
  ['body_limit: 0', 'body_limit:'],
  ['port: 1\nhttp_port: 2', 'another name'],
  ['- a', 'key: value'],
  ['models:\n  - {name: "../x"}', 'models.0'],
  ['host: [', 'config.yaml'],
])('%j is refused with the key', (text, words) => {
  expect(refusal(text)).toContain(words)
})

test('an empty file and a missing default file say nothing', () => {
  expect(resolveConfig({ file: fileWith('') }).config.port).toBe(8080)
  expect(resolveConfig({ defaultFile: '/does/not/exist.yaml' }).config.port).toBe(8080)
})
