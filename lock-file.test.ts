import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

type Lock = { packages: Record<string, { optionalDependencies?: Record<string, string> }> }

test('the lock file knows every platform’s packages: npm ci refuses it otherwise (scripts/complete-lock.js)', () => {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, 'package-lock.json'), 'utf8')) as Lock
  const known = new Set(Object.keys(lock.packages).map((place) => place.split('node_modules/').at(-1)))
  const wanted = Object.values(lock.packages).flatMap((each) => Object.keys(each.optionalDependencies ?? {}))
  expect(wanted.length).toBeGreaterThan(50)
  expect(wanted.filter((name) => !known.has(name))).toEqual([])
})
