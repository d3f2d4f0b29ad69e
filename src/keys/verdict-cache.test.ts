import { expect, test } from 'vitest'
import { createPrincipal, local } from './principal.ts'
import { createVerdictCache, type Verdict } from './verdict-cache.ts'

const verdict = (id: string): Verdict => ({
  principal: createPrincipal('key', id, local.owner, { models: [], endpoints: [], admin: false }),
  freshUntil: 1,
  validUntil: 2,
})

test('bounded: what was kept longest ago goes first, what is refreshed stays', () => {
  const cache = createVerdictCache(3)
  for (const name of ['a', 'b', 'c']) cache.keep(name, verdict(name), cache.epoch)
  cache.keep('a', verdict('a'), cache.epoch)
  cache.keep('d', verdict('d'), cache.epoch)
  expect(['a', 'b', 'c', 'd'].filter((name) => cache.find(name))).toEqual(['a', 'c', 'd'])
})

test('an answer that was looked up before a change is not kept', () => {
  const cache = createVerdictCache()
  cache.keep('one', verdict('key'), cache.epoch)
  cache.keep('two', verdict('key'), cache.epoch)
  cache.keep('other', verdict('other'), cache.epoch)
  const before = cache.epoch
  cache.forget('key')
  cache.keep('one', verdict('key'), before)
  expect(['one', 'two', 'other'].filter((name) => cache.find(name))).toEqual(['other'])
  cache.keep('one', verdict('key'), cache.epoch)
  cache.drop('one')
  expect(cache.find('one')).toBeUndefined()
})
