import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { configSchema } from '../config/schema.ts'
import { resolveConfig } from '../config/resolve.ts'
import { createLog } from '../log.ts'
import type { Subject } from '../moderation/judge.ts'
import { openModerationHouse } from './moderation-house.ts'

const house = { loaded: { find: (name: string) => (name === 'guard' ? { id: 'guard' } : undefined) } }
const open = (filters: object[], baseFolder = '/nowhere') =>
  openModerationHouse({
    config: configSchema.parse({ moderation: filters }),
    baseFolder,
    log: createLog('silent'),
    house: house as never,
    record: () => undefined,
  })
const words = { name: 'w', kind: 'words', action: 'block', words: ['bad'] }
const regex = { name: 'r', kind: 'regex', action: 'block' }
const webhook = { name: 'h', kind: 'webhook', url: 'http://127.0.0.1:9/' }
const model = { name: 'm', kind: 'model', action: 'block', model: 'guard' }

function makeFolder(file: string, content: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-words-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, file), content)
  return folder
}

test('without filters the gateway gets none', () => {
  expect(open([]).gateway).toEqual({})
})

test.each<[object, string, RegExp]>([
  [{ ...words, kind: 'wrods' }, 'moderation.0.kind', /must be "words", "regex", "webhook" or "model"/],
  [{ ...words, name: 'a b' }, 'moderation.0.name', /use letters/],
  [{ ...words, words: undefined }, 'moderation.0', /needs words or a file/],
  [{ ...words, action: 'explode' }, 'moderation.0.action', /block/],
  [{ ...words, actoin: 'block' }, 'moderation.0', /actoin/],
  [regex, 'moderation.0', /needs patterns or builtin/],
  [{ ...regex, builtin: ['ssn'] }, 'moderation.0.builtin.0', /email/],
  [{ ...regex, patterns: ['x'], max_match: 0 }, 'moderation.0.max_match', /1/],
  [{ ...webhook, url: 'ftp://x' }, 'moderation.0.url', /http/],
  [{ ...webhook, url: 'http://user:pw@x/' }, 'moderation.0.url', /password/],
  [{ ...webhook, timeout: '1h' }, 'moderation.0.timeout', /2m/],
  [{ ...webhook, on_failure: 'maybe' }, 'moderation.0.on_failure', /allow/],
  [{ ...model, prompt: 'is it bad?' }, 'moderation.0.prompt', /\{\{text\}\}/],
])('%j is refused with its path', (filter, param, message) => {
  const read = () => resolveConfig({ flags: { moderation: [filter] } })
  expect(read).toThrow(message)
  expect(read).toThrow(expect.objectContaining({ code: 'invalid_config', param }))
})

test('two filters of one name are refused', () => {
  expect(() => resolveConfig({ flags: { moderation: [words, words] } })).toThrow(/two filters have one name/)
})

test.each<[object, string, RegExp]>([
  [{ ...regex, patterns: ['ok', '(oh'] }, 'moderation.1.patterns.1', /missing closing/],
  [{ ...regex, patterns: ['(?<=x)y'] }, 'moderation.1.patterns.0', /RE2/],
  [{ ...words, name: 'f', words: undefined, file: 'none.txt' }, 'moderation.1.file', /does not exist/],
  [{ ...words, name: 'f', words: [' '] }, 'moderation.1', /has no words/],
  [{ ...webhook, secret_env: 'NO_SUCH_SECRET' }, 'moderation.1.secret_env', /NO_SUCH_SECRET is not set/],
  [{ ...model, models: ['*'] }, 'moderation.1.models', /cannot judge its own answers/],
])('%j cannot be opened', (filter, param, message) => {
  expect(() => open([words, filter])).toThrow(message)
  expect(() => open([words, filter])).toThrow(expect.objectContaining({ code: 'invalid_config', param }))
})

test('a judge that is no known model is refused', () => {
  expect(() => open([model]).assertModels()).not.toThrow()
  expect(() => open([words, { ...model, model: 'gaurd' }]).assertModels()).toThrow(
    expect.objectContaining({ code: 'invalid_config', param: 'moderation.1.model' }),
  )
})

test('words of a file: comments and empty lines are none, other encodings are refused', async () => {
  const file = { ...words, words: undefined, file: 'list.txt' }
  const folder = makeFolder('list.txt', '# never\r\nbad\r\n\r\n  worse thing  \n')
  const subject: Subject = { model: 'x', key: 'k', team: null }
  const filters = open([file], folder).gateway.moderation!.input(subject)!
  const { signal } = new AbortController()
  const check = (text: string) =>
    filters({ pieces: [{ role: 'user', text }], param: 'messages' }, { add: () => undefined }, signal)
  await expect(check('a WORSE   thing')).rejects.toMatchObject({ code: 'content_blocked' })
  await expect(check('never is fine')).resolves.toHaveLength(1)
  expect(() => open([file], makeFolder('list.txt', Buffer.from([0x62, 0xe4, 0x64])))).toThrow(/is not UTF-8/)
  expect(() => open([file], makeFolder('list.txt', 'x'.repeat(201)))).toThrow(/line 1: longer than 200/)
})

test('filters are for the models, keys and teams that they name', () => {
  const { moderation } = open([
    { ...words, models: ['gpt-*'], keys: ['k1', 'k2'], on: 'input' },
    { ...regex, patterns: ['x'], teams: ['search'], on: 'output' },
  ]).gateway
  const applies = (model: string, key: string, team: string | null) => [
    moderation!.input({ model, key, team }) !== undefined,
    moderation!.output({ model, key, team }) !== undefined,
  ]
  expect(applies('gpt-4', 'k1', null)).toEqual([true, false])
  expect(applies('gpt-4', 'k3', 'search')).toEqual([false, true])
  expect(applies('other', 'k1', 'other')).toEqual([false, false])
})

test('a model judges all models but itself, unless it is told to look at what it is asked', () => {
  const subject = (name: string): Subject => ({ model: name, key: 'k', team: null })
  const all = open([model]).gateway.moderation!
  expect(all.output(subject('other'))).toBeDefined()
  expect(all.output(subject('guard'))).toBeUndefined()
  const own = open([{ ...model, on: 'input', models: ['guard'] }]).gateway.moderation!
  expect(own.input(subject('guard'))).toBeDefined()
})

test('secrets are taken out of the environment', async () => {
  process.env['TEST_HOOK_SECRET'] = 's3cret'
  const opened = open([
    { ...webhook, secret_env: 'TEST_HOOK_SECRET' },
    { ...webhook, name: 'h2', secret_env: 'TEST_HOOK_SECRET' },
  ])
  expect(process.env['TEST_HOOK_SECRET']).toBeUndefined()
  expect(opened.conditions()).toEqual([
    { name: 'moderation.h', degraded: null },
    { name: 'moderation.h2', degraded: null },
  ])
  await opened.close()
})
