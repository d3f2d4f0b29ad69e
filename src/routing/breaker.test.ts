import { describe, expect, test } from 'vitest'
import { createBreaker, type BreakerChange, type BreakerRules, type Outcome, type Pass } from './breaker.ts'

const rules: BreakerRules = {
  failures: 3,
  rate: 0.5,
  minimumCalls: 10,
  windowMs: 10_000,
  openMs: 1000,
  longestOpenMs: 6000,
}
/** In the middle: no jitter. */
const middle = 0.5

function open(changed: Partial<BreakerRules> = {}, draw: () => number = () => middle) {
  const changes: BreakerChange[] = []
  const clock = { now: 1_000_000 }
  const breaker = createBreaker(
    { ...rules, ...changed },
    { now: () => clock.now, random: draw, onChange: (change) => changes.push(change) },
  )
  const call = (outcome: Outcome) => breaker.enter()!.settle(outcome)
  const fail = (times: number) => {
    for (let time = 0; time < times; time += 1) call('failure')
  }
  return { breaker, clock, changes, call, fail }
}

describe('opens', () => {
  test('at failures in a row, and not before', () => {
    const { breaker, fail, call, changes } = open()
    fail(2)
    call('success')
    fail(2)
    expect(breaker.state).toBe('closed')
    fail(1)
    expect(breaker.state).toBe('open')
    expect(breaker.enter()).toBeUndefined()
    expect(changes).toEqual([{ state: 'open', openMs: 1000, reason: '3 failures in a row' }])
  })

  test('at a share of failures, from enough calls on', () => {
    const { breaker, call, changes } = open({ failures: 100 })
    for (let turn = 0; turn < 4; turn += 1) ['success', 'failure'].forEach((each) => call(each as Outcome))
    expect(breaker.state, '4 of 8').toBe('closed')
    call('success')
    call('failure')
    expect(changes).toMatchObject([{ reason: '5 of 10 requests failed within 10 s' }])
  })

  test('only by what lies in the window', () => {
    const { breaker, call, clock } = open({ failures: 100 })
    for (let turn = 0; turn < 9; turn += 1) call('failure')
    clock.now += 10_000
    for (let turn = 0; turn < 9; turn += 1) call('success')
    call('failure')
    expect(breaker.state, '1 of 10').toBe('closed')
  })

  test('not by what says nothing', () => {
    const { breaker, call, fail } = open()
    fail(2)
    for (let turn = 0; turn < 50; turn += 1) call('neutral')
    expect(breaker.state).toBe('closed')
    fail(1)
    expect(breaker.state, 'and that does not interrupt a row either').toBe('open')
  })

  test('not by calls that began before it closed', () => {
    const { breaker, clock, fail } = open()
    const old = Array.from({ length: 5 }, () => breaker.enter()!)
    fail(3)
    clock.now += 1000
    breaker.enter()!.settle('success')
    for (const call of old) call.settle('failure')
    expect(breaker.state).toBe('closed')
  })
})

describe('half-open', () => {
  test('lets one through; its success closes', () => {
    const { breaker, clock, fail, changes } = open()
    fail(3)
    expect(breaker.retryInMs()).toBe(1000)
    clock.now += 999
    expect([breaker.state, breaker.retryInMs()]).toEqual(['open', 1])
    clock.now += 1
    expect([breaker.state, breaker.retryInMs()]).toEqual(['half-open', 0])
    const probe = breaker.enter()!
    expect(breaker.enter()).toBeUndefined()
    expect(breaker.retryInMs()).toBe(1000)
    probe.settle('success')
    expect(changes.map(({ state }) => state)).toEqual(['open', 'half-open', 'closed'])
    expect(breaker.enter()).toBeDefined()
  })

  test('a probe that answers closes it at once, and may still fail as any other call', () => {
    const { breaker, clock, fail } = open()
    fail(3)
    clock.now += 1000
    const probe = breaker.enter()!
    probe.answered()
    expect(breaker.state).toBe('closed')
    fail(2)
    probe.settle('failure')
    expect(breaker.state).toBe('open')
  })

  test('a probe that says nothing gives its place to the next', () => {
    const { breaker, clock, fail } = open()
    fail(3)
    clock.now += 1000
    breaker.enter()!.settle('neutral')
    expect(breaker.state).toBe('half-open')
    const next = breaker.enter()!
    expect(breaker.enter()).toBeUndefined()
    next.settle('success')
    expect(breaker.state).toBe('closed')
  })

  test('each probe that fails doubles the open time, up to the longest; a success begins anew', () => {
    const { breaker, clock, fail, changes } = open()
    fail(3)
    for (let turn = 0; turn < 4; turn += 1) {
      clock.now += breaker.retryInMs()
      breaker.enter()!.settle('failure')
    }
    clock.now += breaker.retryInMs()
    breaker.enter()!.settle('success')
    fail(3)
    const times = changes.flatMap((change) => (change.state === 'open' ? change.openMs : []))
    expect(times).toEqual([1000, 2000, 4000, 6000, 6000, 1000])
  })

  test('comes early where the other side was replaced, and keeps what it has learned', () => {
    const { breaker, fail } = open()
    breaker.renew()
    expect(breaker.state).toBe('closed')
    fail(3)
    breaker.renew()
    expect(breaker.state).toBe('half-open')
    breaker.enter()!.settle('failure')
    expect(breaker.retryInMs()).toBe(2000)
  })
})

test('open times vary by a fifth, and never beyond the longest', () => {
  const times = [0, 0.25, 1].map((drawn) => {
    const { breaker, fail } = open({}, () => drawn)
    fail(3)
    return breaker.retryInMs()
  })
  expect(times).toEqual([800, 900, 1200])
  const { breaker, fail } = open({ openMs: 6000 }, () => 1)
  fail(3)
  expect(breaker.retryInMs()).toBe(6000)
})

/** Numbers from 0 to 1, the same for a seed. */
function createDraw(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

test('whatever happens in whatever order: never two probes, no way round an open one, and the state foretold', () => {
  let closed = 0
  for (let seed = 1; seed <= 300; seed += 1) {
    const draw = createDraw(seed)
    const { breaker, clock, changes } = open({ failures: 4, rate: 2 }, draw)
    type Running = { pass: Pass; isProbe: boolean; era: number }
    const running: Running[] = []
    let row = 0
    for (let step = 0; step < 400; step += 1) {
      clock.now += Math.floor(draw() * 400)
      const { state } = breaker
      const probes = running.filter(({ isProbe, era }) => isProbe && era === changes.length)
      expect(probes.length, `seed ${seed}`).toBeLessThanOrEqual(1)
      if (draw() < 0.5) {
        const pass = breaker.enter()
        const mayPass = state === 'closed' || (state === 'half-open' && probes.length === 0)
        expect(pass !== undefined, `seed ${seed}: ${state}`).toBe(mayPass)
        if (pass) running.push({ pass, isProbe: state === 'half-open', era: changes.length })
        continue
      }
      const [call] = running.splice(Math.floor(draw() * running.length), 1)
      if (call === undefined) continue
      const outcome = (['success', 'failure', 'neutral'] as const)[Math.floor(draw() * 3)]!
      const isOfNow = call.era === changes.length
      call.pass.settle(outcome)
      // Twice counts once.
      call.pass.settle('failure')
      if (isOfNow && outcome !== 'neutral') row = outcome === 'failure' ? row + 1 : 0
      const opens = isOfNow && outcome === 'failure' && (call.isProbe || row === 4)
      const closes = isOfNow && call.isProbe && outcome === 'success'
      expect(breaker.state, `seed ${seed}, step ${step}`).toBe(opens ? 'open' : closes ? 'closed' : state)
      if (opens || closes) row = 0
    }
    closed += changes.filter(({ state }) => state === 'closed').length
  }
  expect(closed).toBeGreaterThan(300)
})
