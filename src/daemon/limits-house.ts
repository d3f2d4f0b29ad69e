import type { Config } from '../config/schema.ts'
import { AppError } from '../errors.ts'
import type { Addition, LimitStore } from '../limits/limit-store.ts'
import { createLimits, type Limits } from '../limits/limits.ts'
import { createMemoryStore } from '../limits/memory-store.ts'
import { createPriceList } from '../limits/price-list.ts'
import { createRuleBook, type LimitRule, type RuleBook } from '../limits/rule-book.ts'
import { createSharedStore, type SharedStatus } from '../limits/shared-store.ts'
import { readAdditions, type SpentSoFar } from '../limits/spent-so-far.ts'
import type { Logger } from '../log.ts'

export type LimitsHouse = {
  /** Undefined: there is neither a limit nor a price. */
  limits: Limits | undefined
  /** For `/ready`: whether limits are counted as they should be. */
  condition(): { name: string; degraded: string | null }
  /** Of the shared store; undefined: limits are counted in memory. */
  status(): SharedStatus | undefined
  close(): Promise<void>
}

export type LimitsHouseOptions = {
  config: Config
  log: Logger
  /** The ledger's sums, so that a restart does not give a budget twice; absent: days and months begin at 0. */
  spentSoFar?: SpentSoFar | undefined
  events?: { record(name: string, details?: Record<string, string | number>): void } | undefined
}

/** Builds what callers are held to from the config. Rejects with the key of a setting that could never work. */
export async function openLimitsHouse(options: LimitsHouseOptions): Promise<LimitsHouse> {
  const { config } = options
  assertWorkable(config)
  const rules = createRuleBook(config.limits)
  const spent = createMemory(options, rules)
  const { store, close, status } = config.limits.length > 0 ? await openStore(options, spent) : inMemory()
  const isNeeded = config.limits.length > 0 || Object.keys(config.prices).length > 0
  const prices = createPriceList(config.prices)
  const settings = { rules, prices, store, answerTokens: config.limits_answer_tokens }
  return {
    limits: isNeeded ? createLimits(settings) : undefined,
    condition: () => ({ name: 'limits', degraded: describeAway(config, status()?.away) }),
    status,
    close,
  }
}

/** What days and months begin with; undefined when no rule counts that long, or nobody remembers. */
function createMemory({ config, log, spentSoFar }: LimitsHouseOptions, rules: RuleBook) {
  const countsLong = (config.limits as LimitRule[]).some(
    (rule) => rule.tokens_per_day ?? rule.budget_per_day ?? rule.budget_per_month,
  )
  if (!spentSoFar || !countsLong) return undefined
  return async (): Promise<Addition[]> => {
    try {
      return await readAdditions(spentSoFar, rules, Date.now())
    } catch (cause) {
      if (config.limits_on_failure === 'fail_closed') throw cause
      log.warn({ event: 'limits.forgotten', err: cause }, 'the store is away: days and months begin at 0')
      return []
    }
  }
}

type OpenStore = { store: LimitStore; close(): Promise<void>; status(): SharedStatus | undefined }

const inMemory = (store: LimitStore = createMemoryStore()): OpenStore => ({
  store,
  close: async () => undefined,
  status: () => undefined,
})

async function openStore(
  { config, log, events }: LimitsHouseOptions,
  spent: (() => Promise<Addition[]>) | undefined,
): Promise<OpenStore> {
  if (config.limits_store === 'memory') {
    const store = createMemoryStore()
    store.add((await spent?.()) ?? [])
    return inMemory(store)
  }
  const { connectRedis } = await import('../limits/redis-connection.ts')
  const shared = createSharedStore({
    connection: connectRedis(config.limits_store, config.limits_timeout),
    policy: config.limits_on_failure,
    replicas: config.limits_replicas,
    spent,
    onChange(away) {
      const policy = config.limits_on_failure
      if (away === null) log.info({ event: 'limits.store_back' }, 'the store of limits is back')
      else log.warn({ event: 'limits.store_lost', reason: away, policy }, 'the store of limits is away')
      events?.record(away === null ? 'limits.store_back' : 'limits.store_lost', {
        reason: away ?? '',
        policy,
      })
    },
  })
  await shared.start()
  return { store: shared, close: shared.close, status: shared.status }
}

function describeAway(config: Config, away: string | null | undefined): string | null {
  if (away === null || away === undefined) return null
  const consequences = {
    local: 'each daemon counts on its own, against its part of every limit',
    fail_open: 'requests pass without limits',
    fail_closed: 'requests are refused',
  }
  // Why it is away is for the log: anybody may ask whether we are ready.
  return `the store of limits is away: ${consequences[config.limits_on_failure]}`
}

/** What a schema cannot see: limits that would never do anything. */
function assertWorkable({ limits, prices, models }: Config): void {
  const aliases = new Map(
    models.flatMap((each) =>
      typeof each === 'string' ? [] : each.aliases.map((alias) => [alias, each.name] as const),
    ),
  )
  const refuse = (param: string, message: string): never => {
    throw new AppError('invalid_config', `${param}: ${message}`, { param })
  }
  const assertModel = (name: string | undefined, param: string) => {
    const model = name === undefined ? undefined : aliases.get(name)
    if (model !== undefined) refuse(param, `"${name}" is an alias; write the model's own name, "${model}"`)
  }
  for (const name of Object.keys(prices)) assertModel(name, `prices.${name}`)
  for (const [index, rule] of (limits as LimitRule[]).entries()) {
    assertModel(rule.model, `limits.${index}.model`)
    const budget = (['budget_per_day', 'budget_per_month'] as const).find((key) => rule[key] !== undefined)
    const named = rule.model === '*' ? undefined : rule.model
    const isPriced =
      named === undefined ? Object.keys(prices).length > 0 : Object.hasOwn(prices, named) || '*' in prices
    if (budget && !isPriced)
      refuse(
        `limits.${index}.${budget}`,
        `${named ?? 'no model'} has ${named ? 'no' : 'a'} price, so that nothing would ever be counted; add it to prices`,
      )
  }
}
