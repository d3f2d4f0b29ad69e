/**
 * CPU microseconds that limits cost per request, reserve and settle together: five rules (key, user, team, tenant,
 * model) with 13 counters, in memory and against a Redis on this machine. Rounds are interleaved; the figures are
 * medians. Redis' own CPU time is its own process's and listed beside ours.
 *
 *   npm run bench:limits -- [--rounds 9] [--redis redis://127.0.0.1:6379] [--json]
 */
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import type { LimitStore } from '../src/limits/limit-store.ts'
import { createLimits } from '../src/limits/limits.ts'
import { createMemoryStore } from '../src/limits/memory-store.ts'
import { createPriceList } from '../src/limits/price-list.ts'
import { connectRedis } from '../src/limits/redis-connection.ts'
import { createRedisStore } from '../src/limits/redis-store.ts'
import { startRedis } from '../src/limits/redis.test-kit.ts'
import { createRuleBook } from '../src/limits/rule-book.ts'
import { median } from './median.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    redis: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const callers = 1000
const many = 1_000_000
const rules = createRuleBook([
  { key: '*', requests_per_minute: many, tokens_per_minute: 1e12, concurrent_requests: many },
  { user: '*', requests_per_minute: many, tokens_per_day: 1e14 },
  { team: '*', tokens_per_minute: 1e12, tokens_per_day: 1e14, budget_per_month: many },
  { tenant: '*', budget_per_day: many, budget_per_month: many, concurrent_requests: many },
  { model: '*', requests_per_minute: 10 * many, tokens_per_minute: 1e12 },
])
const prices = createPriceList({ '*': { input: 3, output: 15 } })
const people = Array.from({ length: callers }, (_, index) => ({
  key: `key-${index}`,
  user: `user-${index % 200}`,
  team: `team-${index % 20}`,
  tenant: `tenant-${index % 4}`,
  model: 'pocket',
}))
const wanted = { promptTokens: 200, answerTokens: 300, mostAnswerTokens: 4000 }
const used = { prompt: 200, cached: 0, completion: 120 }

const own = values.redis === undefined ? await startRedis() : undefined
const address = values.redis ?? own!.address
const connection = connectRedis(address, 10_000)
await connection.ping()
const watcher = new Redis(address)
const redis = createRedisStore({
  connection,
  prefix: `{sluice}:bench:${process.pid}:`,
  onUnsettled: (_late, cause) => fail(cause),
  onRenewFailure: fail,
})

type Case = { store: LimitStore; calls: number; atOnce: number }
const cases: Record<string, Case> = {
  memory: { store: createMemoryStore(), calls: 20_000, atOnce: 1 },
  'redis, one by one': { store: redis, calls: 1000, atOnce: 1 },
  'redis, 64 at once': { store: redis, calls: 4000, atOnce: 64 },
}

async function run({ store, calls, atOnce }: Case): Promise<void> {
  const limits = createLimits({ rules, prices, store, answerTokens: 1024 })
  const client = async (first: number) => {
    for (let call = first; call < calls; call += atOnce) {
      const decided = limits.reserve(people[call % callers]!, wanted)
      const decision = decided instanceof Promise ? await decided : decided
      if (decision.refusal) throw decision.refusal
      decision.settle(used)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, (_, first) => client(first)))
}

const redisCpu = async () => {
  const text = await watcher.info('cpu')
  const read = (name: string) => Number(new RegExp(`used_cpu_${name}:([\\d.]+)`).exec(text)![1])
  return (read('sys') + read('user')) * 1e6
}
function fail(cause: Error): never {
  throw cause
}

const samples = new Map(
  Object.keys(cases).map((name) => [name, { ours: [] as number[], redis: [] as number[] }]),
)
for (let round = 0; round <= Number(values.rounds); round += 1) {
  for (const [name, each] of Object.entries(cases)) {
    const redisBefore = await redisCpu()
    const before = process.cpuUsage()
    await run(each)
    const { user, system } = process.cpuUsage(before)
    // The first round only warms up.
    if (round === 0) continue
    samples.get(name)!.ours.push((user + system) / each.calls)
    samples.get(name)!.redis.push(((await redisCpu()) - redisBefore) / each.calls)
  }
}
await redis.close()
watcher.disconnect()
await own?.remove()

const figures = Object.fromEntries(
  [...samples].map(([name, lists]) => [
    name,
    { cpu_us: median(lists.ours), redis_cpu_us: median(lists.redis) },
  ]),
)
if (values.json)
  console.log(JSON.stringify({ counters: rules.countersFor(people[0]!).length, per_request: figures }))
else
  for (const [name, { cpu_us, redis_cpu_us }] of Object.entries(figures))
    console.log(
      `${name.padEnd(20)}${cpu_us.toFixed(1)} µs${name === 'memory' ? '' : `, in Redis ${redis_cpu_us.toFixed(1)} µs`}`,
    )
