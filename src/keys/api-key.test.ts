import { expect, test } from 'vitest'
import { createApiKey, readKeyId } from './api-key.ts'

test('a key has a public id and 48 secret characters, and no two are alike', () => {
  const keys = Array.from({ length: 200 }, () => createApiKey())
  for (const { id, secret } of keys) {
    expect(secret).toMatch(new RegExp(`^sk-sluice-${id}-[0-9A-Za-z]{48}$`))
    expect(readKeyId(secret)).toBe(id)
  }
  expect(new Set(keys.map(({ id }) => id)).size).toBe(200)
  const drawn = new Set(keys.map(({ secret }) => secret.slice(-48)).join(''))
  expect(drawn.size).toBe(62)
})

test('a rotated key keeps its id', () => {
  expect(createApiKey('abcdefghijkl').secret).toMatch(/^sk-sluice-abcdefghijkl-/)
})

test.each([
  '',
  'sk-sluice-',
  'sk-other',
  'sk-sluice-abcdefghijkl-short',
  `sk-sluice-ABCDEFGHIJKL-${'a'.repeat(48)}`,
])('is no key: %j', (text) => expect(readKeyId(text)).toBeUndefined())

test('cut off, or with something behind it, it is no key', () => {
  const { secret } = createApiKey()
  expect(readKeyId(secret.slice(0, -1))).toBeUndefined()
  expect(readKeyId(`${secret}a`)).toBeUndefined()
  expect(readKeyId(`${secret}\n`)).toBeUndefined()
})
