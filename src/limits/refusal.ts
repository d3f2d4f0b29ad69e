import { AppError } from '../errors.ts'
import type { Charge, Counter, Level } from './limit-store.ts'
import { nanoPerDollar } from './rule-book.ts'

/** A place becomes free when somebody's request ends, and nobody knows when that is. */
const placeRetryMs = 1000

const money = (nano: number): string => `$${Number((nano / nanoPerDollar).toFixed(6))}`

const requests = (amount: number): string => (amount === 1 ? '1 request' : `${amount} requests`)

const units: Record<Counter['resource'], { per: string; show(amount: number): string }> = {
  requests_per_minute: { per: ' per minute', show: requests },
  tokens_per_minute: { per: ' per minute', show: (amount) => `${amount} tokens` },
  tokens_per_day: { per: ' per day', show: (amount) => `${amount} tokens` },
  concurrent_requests: { per: ' at the same time', show: requests },
  budget_per_day: { per: ' per day', show: money },
  budget_per_month: { per: ' per month', show: money },
}

const describe = ({ resource, limit, whose }: Counter): string =>
  `the limit of ${units[resource].show(limit)}${units[resource].per} for ${whose}`

/** Numbers are in the limit's own unit; money in US dollars. */
function details({ counter, amount }: Charge, used: number | undefined) {
  const { resource, whose, limit } = counter
  const scale = resource.startsWith('budget') ? nanoPerDollar : 1
  return {
    limit: resource,
    limit_of: whose,
    limit_value: limit / scale,
    ...(used !== undefined && { limit_used: used / scale }),
    limit_requested: amount / scale,
  }
}

/** Refused for now: whose limit it was, what is left, when to come back. */
export function createRefusal(charge: Charge, { used }: Level, retryAfterMs: number | undefined): AppError {
  const { counter, amount } = charge
  const { show } = units[counter.resource]
  const isBudget = counter.resource.startsWith('budget')
  const waitMs = retryAfterMs ?? placeRetryMs
  const seconds = Math.ceil(waitMs / 1000)
  // One request more or less explains itself; how many tokens or how much money does not.
  const need = `: ${show(Math.max(0, counter.limit - used))} left, this request needs up to ${show(amount)}`
  const advice = {
    places: 'wait until one of them has ended',
    window: `try again in ${seconds} s`,
    day: `it begins anew in ${seconds} s`,
    month: `it begins anew in ${seconds} s`,
  }
  const isCounted = counter.kind === 'places' || counter.resource === 'requests_per_minute'
  return new AppError(
    isBudget ? 'budget_exceeded' : 'rate_limit_exceeded',
    `${describe(counter)} is reached${isCounted ? '' : need}; ${advice[counter.kind]}`,
    { retryAfterMs: waitMs, details: details(charge, used) },
  )
}

/** Refused for good: no wait makes room for it. */
export const createImpossible = (charge: Charge): AppError =>
  new AppError(
    'request_over_limit',
    `this request needs up to ${units[charge.counter.resource].show(charge.amount)}, which is more than ${describe(charge.counter)}; send a shorter prompt, a smaller max_tokens or fewer choices`,
    { param: 'max_tokens', details: details(charge, undefined) },
  )
