import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resolveConfig } from '../config/resolve.ts'
import { connectWorker } from '../engines/grpc-worker/connect-worker.ts'
import { createLog } from '../log.ts'
import { readConfiguredModels } from '../config/configured-models.ts'
import { createModelHouse } from './model-house.ts'

function open(models: unknown[]) {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-house-'))
  mkdirSync(join(folder, 'models'))
  writeFileSync(join(folder, 'models', 'pulled.gguf'), 'x')
  writeFileSync(join(folder, 'pocket.gguf'), 'x')
  const { config } = resolveConfig({ flags: { models } })
  return createModelHouse({
    events: { record: () => undefined },
    config,
    modelsFolder: join(folder, 'models'),
    bundledModel: join(folder, 'pocket.gguf'),
    configured: readConfiguredModels(config, folder),
    log: createLog('silent'),
    workerSettings: {
      connect: connectWorker,
      startTimeoutMs: 30_000,
      connectTimeoutMs: 5_000,
      reportTimeoutMs: 10_000,
      stallMs: 60_000,
      socketFolder: join(folder, 'workers'),
      log: createLog('silent'),
      logLevel: 'silent',
    },
  })
}

test('aliases hold for bundled, pulled and named files, and for engines without a file', () => {
  const { loaded } = open([
    { name: 'pocket', aliases: ['small'] },
    { name: 'pulled', aliases: ['mine'] },
    { name: 'outside', source: 'outside.gguf', aliases: ['other'] },
    { name: 'quick', engine: 'fake', aliases: ['gpt-4o'] },
  ])
  const found = ['small', 'mine', 'other', 'gpt-4o'].map((alias) => loaded.find(alias)?.id)
  expect(found).toEqual(['pocket', 'pulled', 'outside', 'quick'])
})

test('the fake engine needs no source', async () => {
  const { loaded } = open([{ name: 'quick', engine: 'fake' }])
  const hooks = { signal: new AbortController().signal, onProgress: () => {} }
  expect((await loaded.resolve('quick', hooks)).engine.kind).toBe('fake')
  await loaded.closeAll()
})
