import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { resolveWorkerModel } from './resolve-worker-model.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-worker-model-'))
  for (const name of ['pocket', 'models', 'config', 'models/team']) mkdirSync(join(folder, name))
  for (const name of ['pocket/pocket.gguf', 'models/qwen.gguf', 'models/team/a.gguf', 'config/My Own.gguf'])
    writeFileSync(join(folder, name), 'GGUF')
})
afterEach(() => rmSync(folder, { recursive: true }))

const config = {
  models: [
    { name: 'qwen', aliases: ['qwen:7b', 'default'], parallel: 3, context_length: 512, threads: 2 },
    { name: 'own', source: './My Own.gguf', aliases: ['mine'] },
    './other.gguf',
    'pocket',
    { name: 'play', engine: 'fake', aliases: ['toy'] },
  ],
}
function resolve(model: string, engine = 'llama-cpp', change: { file?: string; models?: string } = {}) {
  const file = join(folder, 'config', 'config.yaml')
  writeFileSync(file, change.file ?? JSON.stringify(config))
  return resolveWorkerModel(model, engine, {
    root: folder,
    models: join(folder, 'models'),
    configFile: undefined,
    defaultConfigFile: file,
    folder,
    environment: change.models === undefined ? {} : { SLUICE_MODELS: change.models },
  })
}
const none = { parallel: undefined, contextLength: undefined, threads: undefined }

test.each([
  ['default', 'qwen', 'models/qwen.gguf', { parallel: 3, contextLength: 512, threads: 2 }],
  ['qwen:7b', 'qwen', 'models/qwen.gguf', { parallel: 3, contextLength: 512, threads: 2 }],
  ['mine', 'own', 'config/My Own.gguf', none],
  ['pocket', 'pocket', 'pocket/pocket.gguf', none],
  ['team/a', 'team/a', 'models/team/a.gguf', {}],
])('%s is %s of the config or the models folder', (model, id, source, settings) => {
  expect(resolve(model)).toEqual({ id, source: join(folder, source), settings })
})

test('a file needs no config, not even one that can be read', () => {
  const file = join(folder, 'config', 'My Own.gguf')
  expect(resolve(file, 'llama-cpp', { file: ': nonsense' })).toEqual({
    id: 'My-Own',
    source: file,
    settings: {},
  })
  expect(() => resolve('qwen', 'llama-cpp', { file: ': nonsense' })).toThrow(/config\.yaml/)
})

test('the engine must be the one that the config names', () => {
  expect(resolve('toy', 'fake')).toEqual({ id: 'play', source: 'fake:', settings: none })
  expect(resolve('fake:', 'fake')).toEqual({ id: 'fake', source: 'fake:', settings: {} })
  expect(() => resolve('toy')).toThrow('"toy" runs on fake; give --engine fake')
})

test('a file that the config names and nobody finds, and a name that nobody knows', () => {
  expect(() => resolve('other')).toThrow(/there is no model ".*other\.gguf" here/)
  expect(() => resolve('nope')).toThrow('there is no model "nope" here')
})

test('the environment goes before the file, as for serve', () => {
  expect(() => resolve('default', 'llama-cpp', { models: 'pocket' })).toThrow('no model "default"')
})
