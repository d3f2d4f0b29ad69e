import { expect, test } from 'vitest'
import { decodeLoads, type LoadFlags } from './decode-loads.ts'

const decode = (flags: Partial<LoadFlags> = {}) =>
  decodeLoads({
    concurrency: undefined,
    requestRate: undefined,
    arrival: undefined,
    burstiness: undefined,
    requests: undefined,
    durationMs: undefined,
    rampUpMs: undefined,
    ...flags,
  })

test('closed: four in flight and ten each, unless told', () => {
  expect(decode()).toEqual([{ mode: 'closed', concurrency: 4, requests: 40 }])
  expect(decode({ concurrency: '2', durationMs: 500 })).toEqual([
    { mode: 'closed', concurrency: 2, durationMs: 500 },
  ])
})

test('several values are a sweep', () => {
  expect(decode({ concurrency: '1,4, 16' })).toEqual([
    { mode: 'closed', concurrency: 1, requests: 10 },
    { mode: 'closed', concurrency: 4, requests: 40 },
    { mode: 'closed', concurrency: 16, requests: 160 },
  ])
  expect(decode({ requestRate: '1,2.5', requests: 7 })).toMatchObject([
    { rate: 1 },
    { rate: 2.5, requests: 7 },
  ])
})

test('open: Poisson without a limit worth the name, for ten seconds', () => {
  const open = {
    mode: 'open',
    arrival: 'poisson',
    rate: 20,
    burstiness: 1,
    maxConcurrency: 4096,
    requests: 200,
  }
  expect(decode({ requestRate: '20' })).toEqual([open])
  expect(decode({ requestRate: '0.1' })).toMatchObject([{ requests: 10 }])
  expect(decode({ requestRate: '20', concurrency: '8', rampUpMs: 1000, arrival: 'constant' })).toEqual([
    { ...open, maxConcurrency: 8, rampUpMs: 1000, arrival: 'constant' },
  ])
  expect(decode({ requestRate: '20', burstiness: '0.5' })).toMatchObject([
    { arrival: 'gamma', burstiness: 0.5 },
  ])
})

test.each<[Partial<LoadFlags>, string]>([
  [{ concurrency: '0' }, '--concurrency 0: "0" does not fit'],
  [{ concurrency: '1,,4' }, '"" does not fit'],
  [{ concurrency: '5000' }, 'from 1 to 4096'],
  [{ requestRate: 'inf' }, 'for no pause at all use --concurrency'],
  [{ requestRate: '0' }, '"0" does not fit'],
  [{ requestRate: '1', concurrency: '1,2' }, 'it is the most in flight'],
  [{ requestRate: '1', burstiness: 'x' }, 'from 0.01 to 1000'],
  [{ requestRate: '1', burstiness: '2', arrival: 'constant' }, 'leave one of them out'],
  [{ requestRate: '100000', durationMs: 1e9 }, 'shorten --duration'],
  [{ arrival: 'poisson' }, '--arrival needs --request-rate'],
])('%o is refused', (flags, message) => {
  expect(() => decode(flags)).toThrow(message)
})
