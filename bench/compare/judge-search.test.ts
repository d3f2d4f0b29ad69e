import { expect, test } from 'vitest'
import { createRandom } from '../arrivals/random.ts'
import { loadOf } from '../level.ts'
import type { BenchResult } from '../result.ts'
import { goalOf, search, simulate } from '../sweep/known-queue.test-kit.ts'
import { compareSearch } from './compare-search.ts'
import { renderSearchVerdict } from './describe-search-verdict.ts'
import type { Baseline } from './judge-baseline.ts'
import { judgeSearch } from './judge-search.ts'

const against = (runs: BenchResult[], changes: Partial<Baseline> = {}): Baseline => ({ file: 'main.json', runs, maxRegression: 0.05, force: false, ...changes }) // prettier-ignore
const samplesOf = (count: number, good: (index: number) => boolean) =>
  Array.from({ length: count }, (_, index) => ({ index, start: index, end: index + 1, e2e: 1, good: good(index) })) // prettier-ignore
/** Up to `truth` all keep the limits, beyond it half of them. */
const sharp = (truth: number, goal = goalOf()): BenchResult[] =>
  search(goal, (load) => {
    const samples = samplesOf(100, (index) => load <= truth || index % 2 === 0)
    return { good: samples.filter(({ good }) => good).length, ended: 100, samples }
  })

test('a sharp limit: the same passes, a lower one fails, a higher one passes', () => {
  const before = against(sharp(11))
  const outcomes = [11, 9, 14].map((truth) => judgeSearch(sharp(truth), before, undefined))
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['pass', 'fail', 'pass'])
  expect(outcomes[0]).toMatchObject({ before: 11, after: 11, unit: 'requests in flight', compared: 'goal' })
  expect(outcomes[0]!.change).toEqual({ estimate: 0, lower: 0, upper: 0 })
  expect(outcomes[1]!.change!.upper).toBeCloseTo(9 / 11 - 1, 9)
  expect(renderSearchVerdict(outcomes[1]!).join(' ')).toContain('highest load 11 then, 9 now')
})

test('what is allowed is allowed, and a certain slowdown at the load found fails all the same', () => {
  expect(judgeSearch(sharp(9), against(sharp(11), { maxRegression: 0.2 }), undefined).outcome).toBe('pass')
  expect(judgeSearch(sharp(11), against(sharp(11)), 'fail').outcome).toBe('fail')
  expect(judgeSearch(sharp(11), against(sharp(11)), 'inconclusive').outcome).toBe('pass')
})

test('the ends: everything met then and now, nothing now, nothing then', () => {
  const all = sharp(999, goalOf({ to: 16 }))
  const none = sharp(0)
  expect(judgeSearch(all, against(all), undefined)).toMatchObject({ outcome: 'pass', before: 16, after: 16, change: { upper: null } }) // prettier-ignore
  expect(judgeSearch(none, against(all), undefined)).toMatchObject({ outcome: 'fail', after: null })
  expect(judgeSearch(none, against(sharp(4)), undefined)).toMatchObject({ outcome: 'fail', after: null, change: { estimate: -1 } }) // prettier-ignore
  expect(judgeSearch(all, against(none), undefined)).toMatchObject({ outcome: 'pass', before: null })
})

test('a list of loads with the same limits is a baseline too; its gaps leave much open', () => {
  const goal = goalOf()
  const list = sharp(11).filter((run) => [8, 11, 12].includes(loadOf(run))).map(({ sweep: _sweep, ...run }) => run) // prettier-ignore
  expect(judgeSearch(sharp(11, goal), against(list), undefined)).toMatchObject({
    outcome: 'pass',
    before: 11,
  })
  const gaps = list.filter((run) => loadOf(run) !== 11)
  expect(judgeSearch(sharp(11, goal), against(gaps), undefined)).toMatchObject({ outcome: 'pass', before: 8 })
  const wide = judgeSearch(sharp(9, goal), against(gaps), undefined)
  expect(wide).toMatchObject({ outcome: 'inconclusive', change: { lower: 9 / 11 - 1, upper: 9 / 8 - 1 } })
})

test('other settings and other goals are not compared, unless forced; another kind of load never', () => {
  const other = sharp(11).map((run) => ({ ...run, goodput: { ...run.goodput!, limits: { e2e: 2 } } }))
  const refused = judgeSearch(other, against(sharp(11)), undefined)
  expect(refused).toMatchObject({ outcome: 'incomparable', differences: ['the limits (e2e 1 ms, then e2e 2 ms)'] }) // prettier-ignore
  expect(judgeSearch(other, against(sharp(11), { force: true }), undefined).outcome).toBe('pass')
  const share = sharp(11, goalOf({ goodput_share: 0.9 }))
  expect(judgeSearch(share, against(sharp(11)), undefined).differences).toEqual(['the share that must keep them (95 %, then 90 %)']) // prettier-ignore
  const rates = sharp(11, goalOf({ whole: false }))
  expect(judgeSearch(rates, against(sharp(11), { force: true }), undefined).outcome).toBe('incomparable')
})

test('a file that does not say which requests kept the limits says nothing certain', () => {
  const old = sharp(11).map((run) => ({ ...run, samples: [] }))
  const verdict = judgeSearch(sharp(5), against(old), undefined)
  expect(verdict).toMatchObject({ outcome: 'inconclusive', change: null, before: 11, after: 5 })
})

test('the comparison stands with the first run at the load found, whose latencies are pooled', () => {
  const results = sharp(11)
  const first = compareSearch(results, against(sharp(11)))
  expect(loadOf(first)).toBe(11)
  expect(first.baseline).toMatchObject({ outcome: 'pass' })
  expect(results.filter((run) => run.search_baseline !== undefined || run.baseline !== undefined)).toEqual([first]) // prettier-ignore
  // The earlier search went another way and has no run there.
  const elsewhere = compareSearch(sharp(11), against(sharp(9)))
  expect(elsewhere.baseline).toBeUndefined()
  expect(elsewhere.search_baseline).toMatchObject({ latency: null, outcome: 'pass' })
})

test('a noisy queue: alike is never said to be worse, and half of it mostly is', () => {
  const goal = goalOf({ from: 8 })
  const found = (servers: number, seed: number) => search(goal, simulate(servers, 300, createRandom(seed)))
  const outcomes = (servers: number) =>
    Array.from({ length: 25 }, (_, pair) => judgeSearch(found(servers, 2 * pair + 2), against(found(8, 2 * pair + 1)), undefined).outcome) // prettier-ignore
  expect(outcomes(8)).not.toContain('fail')
  expect(outcomes(4).filter((outcome) => outcome === 'fail').length).toBeGreaterThan(20)
})
