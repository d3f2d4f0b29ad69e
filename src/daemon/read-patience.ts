import type { Config } from '../config/schema.ts'
import type { BreakerRules } from '../routing/breaker.ts'
import type { ReplicaSetOptions } from '../routing/replica-set.ts'
import { createRetryBudget } from '../routing/retry-budget.ts'

/** What the config says of workers that fail or are slow. One budget for all models. */
export const readPatience = (config: Config): Pick<ReplicaSetOptions, 'breaker' | 'limits' | 'budget'> => ({
  breaker: config.breaker.enabled ? readRules(config.breaker) : undefined,
  limits: { firstTokenMs: config.first_token_timeout, idleMs: config.idle_timeout },
  budget: createRetryBudget(config.retry_budget),
})

const readRules = (breaker: Config['breaker']): BreakerRules => ({
  failures: breaker.failures,
  rate: breaker.failure_rate,
  minimumCalls: breaker.minimum_requests,
  windowMs: breaker.window,
  openMs: breaker.open_time,
  longestOpenMs: breaker.longest_open_time,
})
