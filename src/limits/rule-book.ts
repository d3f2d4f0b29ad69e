import { kinds, resources, type Counter, type Resource } from './limit-store.ts'

/** Who asks for what. `key` is the principal's public id; absent owners are null. */
export type Caller = {
  key: string
  user: string | null
  team: string | null
  tenant: string | null
  model: string
}

/** One rule as the config has it; money in US dollars. */
export type LimitRule = {
  [Field in keyof Caller | Resource]?: (Field extends Resource ? number : string) | undefined
}

export type RuleBook = {
  /** Every limit that this caller's request has to keep, each counter once. */
  countersFor(caller: Caller): Counter[]
}

const fields = ['key', 'user', 'team', 'tenant', 'model'] as const

/** Billionths: sums of money stay whole numbers. */
export const nanoPerDollar = 1e9

/** Which rules hold for whom. What was found out is kept for the callers that ask most. */
export function createRuleBook(rules: LimitRule[], size = 10_000): RuleBook {
  // Every part's length is written down, so that no names make up another caller's.
  const known = new Map<string, Counter[]>()
  return {
    countersFor(caller) {
      let name = ''
      for (const field of fields) name += `${caller[field]?.length ?? '-'}:${caller[field] ?? ''}`
      const found = known.get(name)
      if (found) return found
      const counters = listCounters(rules, caller)
      if (known.size >= size) known.clear()
      known.set(name, counters)
      return counters
    },
  }
}

function listCounters(rules: LimitRule[], caller: Caller): Counter[] {
  const matching = rules.filter((rule) => fields.every((field) => matches(rule[field], caller[field])))
  const counters = new Map<string, Counter>()
  for (const rule of matching) {
    for (const resource of resources) {
      if (rule[resource] === undefined || isReplaced(rule, resource, matching)) continue
      const counter = createCounter(rule, resource, caller)
      const other = counters.get(counter.id)
      if (!other || counter.limit < other.limit) counters.set(counter.id, counter)
    }
  }
  return [...counters.values()]
}

const matches = (wanted: string | undefined, name: string | null): boolean =>
  wanted === undefined || (name !== null && (wanted === '*' || wanted === name))

/** `key: batch` says more than `key: "*"`: its number counts instead, if both name the same kinds of subjects. */
const isReplaced = (rule: LimitRule, resource: Resource, matching: LimitRule[]): boolean =>
  matching.some(
    (other) =>
      other !== rule &&
      other[resource] !== undefined &&
      fields.every((field) => (other[field] === undefined) === (rule[field] === undefined)) &&
      fields.every((field) => other[field] === rule[field] || rule[field] === '*'),
  )

function createCounter(rule: LimitRule, resource: Resource, caller: Caller): Counter {
  const subjects = fields.filter((field) => rule[field] !== undefined)
  const id = subjects
    .map((field) => `${field}=${encodeURIComponent(caller[field]!.toWellFormed())}`)
    .join('&')
  const names = subjects.map((field) => `${field} ${caller[field]}`)
  const amount = rule[resource]!
  return {
    id: `${resource}:${id}`,
    resource,
    kind: kinds[resource],
    whose: names.join(' with ').slice(0, 500),
    limit: resource.startsWith('budget') ? Math.round(amount * nanoPerDollar) : amount,
  }
}
