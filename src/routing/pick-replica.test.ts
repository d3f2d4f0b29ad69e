import { expect, test } from 'vitest'
import { pickReplica, type Candidate, type PickOptions } from './pick-replica.ts'

const candidate = (id: string, change: Partial<Candidate> = {}): Candidate => ({
  id,
  slots: 4,
  busySlots: 0,
  waiting: 0,
  pending: 0,
  matched: 0,
  lastPicked: 0,
  ...change,
})
const pick = (candidates: Candidate[], change: Partial<PickOptions> = {}) =>
  pickReplica(candidates, { policy: 'least-load', promptCharacters: 1000, preferred: undefined, ...change })
    ?.id

test('nobody, or the only one', () => {
  expect(pick([])).toBeUndefined()
  expect(pick([candidate('a', { busySlots: 4, waiting: 9 })])).toBe('a')
})

test('load is what runs, waits and is on its way, by the slots there are', () => {
  expect(pick([candidate('a', { busySlots: 2 }), candidate('b', { busySlots: 3, slots: 16 })])).toBe('b')
  expect(pick([candidate('a', { pending: 2 }), candidate('b', { busySlots: 1 })])).toBe('b')
  expect(
    pick([candidate('a', { busySlots: 4, waiting: 2 }), candidate('b', { busySlots: 4, waiting: 1 })]),
  ).toBe('b')
})

test('an engine that reports no slots yet does not divide by them', () => {
  expect(pick([candidate('a', { slots: 0 }), candidate('b', { busySlots: 1 })])).toBe('a')
})

test('equals take turns, unless the request is prepared on one of them', () => {
  const equals = [
    candidate('a', { lastPicked: 3 }),
    candidate('b', { lastPicked: 1 }),
    candidate('c', { lastPicked: 2 }),
  ]
  expect(pick(equals)).toBe('b')
  expect(pick(equals, { preferred: 'a' })).toBe('a')
  expect(pick([candidate('a', { busySlots: 1 }), candidate('b')], { preferred: 'a' })).toBe('b')
})

test('round robin looks at turns only', () => {
  const turns = [candidate('a', { lastPicked: 2 }), candidate('b', { busySlots: 4, lastPicked: 1 })]
  expect(pick(turns, { policy: 'round-robin' })).toBe('b')
  expect(pick(turns, { policy: 'round-robin', preferred: 'a' })).toBe('a')
})

test.each([
  { matched: 128, promptCharacters: 1000, picked: 'b' },
  { matched: 256, promptCharacters: 100_000, picked: 'a' },
  { matched: 384, promptCharacters: 1000, picked: 'a' },
  { matched: 128, promptCharacters: 400, picked: 'a' },
])('a cached prefix of $matched of $promptCharacters characters goes to $picked', ({ picked, ...match }) => {
  const warm = candidate('a', { matched: match.matched, busySlots: 1 })
  expect(pick([warm, candidate('b')], match)).toBe(picked)
})

test('the longest match wins, and among equal matches the load', () => {
  const short = candidate('a', { matched: 256 })
  expect(pick([short, candidate('b', { matched: 512, busySlots: 1 })])).toBe('b')
  expect(pick([{ ...short, busySlots: 1 }, candidate('b', { matched: 256 })])).toBe('b')
})

test('a cached prefix does not outweigh the balance', () => {
  const warm = (busySlots: number) => candidate('a', { matched: 900, busySlots })
  expect(pick([warm(1), candidate('b')])).toBe('a')
  expect(pick([warm(3), candidate('b')])).toBe('b')
  expect(pick([warm(3), candidate('b', { busySlots: 2 })])).toBe('a')
})

test('nobody queues for a cached prefix while another has a free slot', () => {
  const full = candidate('a', { matched: 900, busySlots: 4 })
  expect(pick([full, candidate('b', { busySlots: 3 })])).toBe('b')
  expect(pick([full, candidate('b', { busySlots: 4 })])).toBe('a')
})

test('a burst with one shared prefix stays within the bound: 1.25 times the average and one', () => {
  const replicas = ['a', 'b', 'c'].map((id) => candidate(id, { slots: 16, matched: id === 'a' ? 900 : 0 }))
  for (let turn = 1; turn <= 24; turn++) {
    const id = pick(replicas)
    const picked = replicas.find((replica) => replica.id === id)!
    picked.pending++
    picked.lastPicked = turn
  }
  const shares = replicas.map(({ pending }) => pending)
  expect(Math.max(...shares)).toBeLessThanOrEqual(11)
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(6)
})
