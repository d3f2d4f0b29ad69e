import { expect, test } from 'vitest'
import { createPriorityBook } from './priority-book.ts'

const resolve = createPriorityBook({
  default: 'normal',
  keys: { k1: 'low' },
  users: { ann: 'high' },
  teams: { search: 'low' },
  tenants: { acme: 'high' },
})
const caller = (id: string, owner: { user?: string; team?: string; tenant?: string } = {}) => ({
  id,
  owner: { user: null, team: null, tenant: null, ...owner },
})

test('the nearest rule counts: key, user, team, tenant, default', () => {
  expect(resolve(caller('k1', { user: 'ann' }))).toBe('low')
  expect(resolve(caller('k2', { user: 'ann', team: 'search' }))).toBe('high')
  expect(resolve(caller('k2', { user: 'bob', team: 'search', tenant: 'acme' }))).toBe('low')
  expect(resolve(caller('k2', { tenant: 'acme' }))).toBe('high')
  expect(resolve(caller('k2'))).toBe('normal')
  // No name of a rule, though every object has it.
  expect(resolve(caller('constructor', { user: 'toString' }))).toBe('normal')
})

test('a caller may lower his class and never raise it', () => {
  const ann = caller('k2', { user: 'ann' })
  expect([resolve(ann, 'low'), resolve(ann, 'high')]).toEqual(['low', 'high'])
  expect([resolve(caller('k1'), 'high'), resolve(caller('k3'), 'high')]).toEqual(['low', 'normal'])
})
