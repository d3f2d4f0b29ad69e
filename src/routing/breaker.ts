import { createFailureWindow, type FailureWindow } from './failure-window.ts'

export type BreakerState = 'closed' | 'open' | 'half-open'
/** `neutral` says nothing about the other side: the caller left, or asked for what cannot be. */
export type Outcome = 'success' | 'failure' | 'neutral'

export type BreakerRules = {
  /** Opens at so many failures in a row. */
  failures: number
  /** Opens at this share of failures, from `minimumCalls` in the window on. */
  rate: number
  minimumCalls: number
  windowMs: number
  /** The first open time; each probe that fails doubles it. */
  openMs: number
  longestOpenMs: number
}

export type BreakerChange =
  | { state: 'open'; openMs: number; reason: string }
  | { state: 'half-open' }
  | { state: 'closed' }

/** The right to make one call. */
export type Pass = {
  /** The other side answers: a probe has succeeded with that, whatever follows. */
  answered(): void
  /** How the call ended; only the first time counts. It must come, or a probe keeps its place for ever. */
  settle(outcome: Outcome): void
}

/** Whether calls go to one worker or upstream. Decides only; whoever calls says how that went. */
export interface Breaker {
  readonly state: BreakerState
  /** Whether `enter` would let a call through. */
  isOpenTo(): boolean
  /** Undefined: refused. Half-open, it lets one call through at a time. */
  enter(): Pass | undefined
  /** Milliseconds until a call may be let through; 0: now. */
  retryInMs(): number
  /** The other side was replaced: where it is open, the next call is the probe. */
  renew(): void
}

export type BreakerHooks = {
  now?(): number
  random?(): number
  onChange?(change: BreakerChange): void
}

type Condition =
  | { state: 'closed' }
  | { state: 'open'; until: number }
  | { state: 'half-open'; probe: object | undefined }

/** Open times vary by this share, so that many daemons do not come back in the same moment. */
const jitter = 0.2
/** How soon to ask again while a probe is on its way: nobody knows how long it takes. */
const probeMs = 1000

export const createBreaker = (rules: BreakerRules, hooks: BreakerHooks = {}): Breaker =>
  new BreakerMachine(rules, hooks)

class BreakerMachine implements Breaker {
  readonly #rules: BreakerRules
  readonly #hooks: Required<BreakerHooks>
  readonly #window: FailureWindow
  #condition: Condition = { state: 'closed' }
  /** Calls of an earlier one have nothing to say any more. */
  #era = {}
  /** Since it was closed. */
  #timesOpened = 0

  constructor(rules: BreakerRules, { now, random, onChange }: BreakerHooks) {
    this.#rules = rules
    this.#hooks = {
      now: now ?? (() => performance.now()),
      random: random ?? Math.random,
      onChange: onChange ?? (() => undefined),
    }
    this.#window = createFailureWindow(rules.windowMs)
  }

  get state(): BreakerState {
    return this.#look().state
  }

  isOpenTo(): boolean {
    const present = this.#look()
    return present.state === 'closed' || (present.state === 'half-open' && present.probe === undefined)
  }

  enter(): Pass | undefined {
    if (!this.isOpenTo()) return undefined
    const call = { era: this.#era, isSettled: false }
    if (this.#condition.state === 'half-open') this.#condition.probe = call
    const isProbe = () => this.#condition.state === 'half-open' && this.#condition.probe === call
    return {
      answered: () => {
        if (call.isSettled || !isProbe()) return
        this.#close()
        call.era = this.#era
      },
      settle: (outcome) => {
        if (call.isSettled) return
        call.isSettled = true
        if (isProbe()) this.#judgeProbe(outcome)
        else if (call.era === this.#era) this.#count(outcome)
      },
    }
  }

  retryInMs(): number {
    const present = this.#look()
    if (present.state === 'open') return Math.max(1, Math.ceil(present.until - this.#hooks.now()))
    return this.isOpenTo() ? 0 : probeMs
  }

  renew(): void {
    if (this.#look().state === 'open') this.#halfOpen()
  }

  /** Time passes without us: an open time that is over is noticed by whoever looks. */
  #look(): Condition {
    const present = this.#condition
    if (present.state === 'open' && this.#hooks.now() >= present.until) this.#halfOpen()
    return this.#condition
  }

  #count(outcome: Outcome): void {
    if (outcome === 'neutral') return
    const time = this.#hooks.now()
    this.#window.record(outcome === 'failure', time)
    const reason = explainOpening(this.#rules, this.#window.counts(time))
    if (reason !== undefined) this.#open(reason)
  }

  #judgeProbe(outcome: Outcome): void {
    if (outcome === 'success') this.#close()
    else if (outcome === 'failure') this.#open('the probe failed')
    else if (this.#condition.state === 'half-open') this.#condition.probe = undefined
  }

  #open(reason: string): void {
    const { openMs: first, longestOpenMs: longest } = this.#rules
    const { now, random } = this.#hooks
    const planned = Math.min(longest, first * 2 ** this.#timesOpened)
    const openMs = Math.min(longest, planned * (1 + jitter * (2 * random() - 1)))
    this.#timesOpened += 1
    this.#become({ state: 'open', until: now() + openMs }, { state: 'open', openMs, reason })
  }

  #halfOpen(): void {
    this.#become({ state: 'half-open', probe: undefined }, { state: 'half-open' })
  }

  #close(): void {
    this.#timesOpened = 0
    this.#window.clear()
    this.#become({ state: 'closed' }, { state: 'closed' })
  }

  #become(next: Condition, change: BreakerChange): void {
    this.#condition = next
    this.#era = {}
    this.#hooks.onChange(change)
  }
}

type Counts = { calls: number; failures: number; inARow: number }

function explainOpening(rules: BreakerRules, { calls, failures, inARow }: Counts): string | undefined {
  if (inARow >= rules.failures) return `${inARow} failures in a row`
  if (calls < rules.minimumCalls || failures < rules.rate * calls) return undefined
  return `${failures} of ${calls} requests failed within ${rules.windowMs / 1000} s`
}
