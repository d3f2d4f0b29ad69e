import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import BenchCompare from './compare.ts'
import BenchEngine from './engine.ts'
import BenchMerge from './merge.ts'
import BenchReport from './report.ts'
import { benchFlags } from '../../bench/flags/bench-flags.ts'

type Known = { aliases?: string[]; allowNo?: boolean; hidden?: boolean; description?: string; char?: string }

const docs = readFileSync(resolve(import.meta.dirname, '..', '..', 'docs', 'bench.md'), 'utf8')
const written = new Set([...docs.matchAll(/--([a-z][a-z0-9-]*[a-z0-9])/g)].map(([, name]) => name!))
const bench = Object.entries(benchFlags as Record<string, Known>)
const others = [BenchCompare, BenchEngine, BenchMerge, BenchReport].flatMap(({ flags }) =>
  Object.entries(flags as Record<string, Known>),
)
/** Of other programs, where the text compares them with ours, and what every command has. */
const foreign = ['help', 'json', 'user-centric-rate', 'num-users', 'enable-metrics', 'metrics', 'embeddings']
const namesOf = ([name, { aliases = [], allowNo }]: [string, Known]): string[] =>
  [name, ...aliases].flatMap((one) => (allowNo === true ? [one, `no-${one}`] : [one]))

test('each flag and each alias of bench is in its documentation', () => {
  const missing = bench
    .filter(([, { hidden }]) => hidden !== true)
    .flatMap((flag) => [flag[0], ...(flag[1].aliases ?? [])])
    .filter((name) => !written.has(name) && !written.has(`no-${name}`))
  expect(missing).toEqual([])
})

test('each flag of the documentation exists', () => {
  const known = new Set([...bench, ...others].flatMap(namesOf))
  for (const name of foreign) known.add(name)
  expect([...written].filter((name) => !known.has(name))).toEqual([])
})

/** oclif sorts flags by name: what refers to its neighbour in the source refers to another one on the screen. */
test('each description stands by itself', () => {
  for (const [name, { description = '', hidden }] of [...bench, ...others]) {
    if (hidden === true) continue
    expect(description, name).not.toBe('')
    expect(description, name).not.toMatch(/^(the same|when:|where they|.* of (those|that file)\b)/)
  }
})
