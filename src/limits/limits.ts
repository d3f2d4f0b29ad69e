import type { AppError } from '../errors.ts'
import type { Charge, Counter, LimitStore, Verdict } from './limit-store.ts'
import type { PriceList, Tokens } from './price-list.ts'
import { listRateHeaders } from './rate-headers.ts'
import { createImpossible, createRefusal } from './refusal.ts'
import type { Caller, RuleBook } from './rule-book.ts'

export type Wanted = {
  promptTokens: number
  /** Most tokens that the answers together may have; undefined: nobody said. */
  answerTokens: number | undefined
  /** Most that they can have, whatever anybody says. */
  mostAnswerTokens: number
}

/** What was used in the end; `undefined`: the model never saw the request. */
export type Used = Tokens | undefined

export type Decision = {
  /** `x-ratelimit-*`, where a limit of requests or tokens holds. */
  headers: [string, string][]
} & (
  | { refusal: AppError }
  | {
      refusal: undefined
      /** Once, when the request is over, however it ended. Gives its price in billionths of a US dollar. */
      settle(used: Used): number | undefined
    }
)

export type Limits = {
  /** Whether what this caller asks for is counted at all, so that nobody counts tokens in vain. */
  counts(caller: Caller): boolean
  /** Charges all limits or none. Answers at once where the counters are in memory. */
  reserve(caller: Caller, wanted: Wanted): Decision | Promise<Decision>
}

export type LimitsOptions = {
  rules: RuleBook
  prices: PriceList
  store: LimitStore
  /** Reserved for an answer whose request names no most. */
  answerTokens: number
}

/** What callers may use: finds their limits, reserves the most that a request may take, and settles what it took. */
export function createLimits({ rules, prices, store, answerTokens }: LimitsOptions): Limits {
  return {
    counts: (caller) => rules.countersFor(caller).length > 0,
    reserve(caller, wanted) {
      const counters = rules.countersFor(caller)
      const price = (tokens: Tokens) => prices.costOf(caller.model, tokens)
      const answer = Math.min(
        wanted.answerTokens ?? guessAnswer(counters, wanted, answerTokens),
        wanted.mostAnswerTokens,
      )
      const most = { prompt: wanted.promptTokens, cached: 0, completion: answer }
      const charges = listCharges(counters, most, price(most) ?? 0)
      if (charges.length === 0)
        return { headers: [], refusal: undefined, settle: (used) => used && price(used) }
      const impossible = charges.find(({ counter, amount }) => amount > counter.limit)
      if (impossible) return { headers: [], refusal: createImpossible(impossible) }

      const decide = (verdict: Verdict): Decision => {
        const headers = listRateHeaders(charges, verdict.levels)
        if (verdict.admitted) return createGrant(charges, verdict.hold, headers, price)
        const { refusedBy, levels, retryAfterMs } = verdict
        return { headers, refusal: createRefusal(charges[refusedBy]!, levels[refusedBy]!, retryAfterMs) }
      }
      const verdict = store.reserve(charges)
      return verdict instanceof Promise ? verdict.then(decide) : decide(verdict)
    },
  }
}

/** Not more than fits: who names no most should not be refused for what he did not ask for. */
function guessAnswer(counters: Counter[], { promptTokens }: Wanted, usual: number): number {
  let guess = usual
  for (const { resource, limit } of counters)
    if (resource.startsWith('tokens')) guess = Math.min(guess, limit - promptTokens)
  return Math.max(1, guess)
}

function listCharges(counters: Counter[], { prompt, completion }: Tokens, costNano: number): Charge[] {
  const charges: Charge[] = []
  for (const counter of counters) {
    const amount = amountOf(counter, prompt + completion, costNano)
    // What costs nothing may be had with an empty purse.
    if (amount > 0) charges.push({ counter, amount })
  }
  return charges
}

function amountOf({ resource }: Counter, tokens: number, costNano: number): number {
  if (resource === 'requests_per_minute' || resource === 'concurrent_requests') return 1
  return resource.startsWith('tokens') ? tokens : costNano
}

const createGrant = (
  charges: Charge[],
  hold: Extract<Verdict, { admitted: true }>['hold'],
  headers: [string, string][],
  price: (tokens: Tokens) => number | undefined,
): Decision => ({
  headers,
  refusal: undefined,
  settle(used) {
    const costNano = used && price(used)
    // Who was sent away after all, by the queue for instance, has used nothing: not even his request.
    const tokens = used ? used.prompt + used.completion : 0
    hold.settle(charges.map(({ counter }) => (used ? amountOf(counter, tokens, costNano ?? 0) : 0)))
    return costNano
  },
})
