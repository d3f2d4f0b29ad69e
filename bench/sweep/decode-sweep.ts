import { AppError } from '../../src/errors.ts'
import type { GoodputLimits } from '../goodput.ts'
import { decodeLoads, type LoadFlags } from '../load/decode-loads.ts'
import type { Load } from '../options.ts'
import type { SweepGoal } from './sweep-goal.ts'

export type SweepSettings = {
  goal: SweepGoal
  /** The first load, with what every other one shares with it. */
  load: Load
  /** Neither a count nor a time was given for a run. */
  unlimited: boolean
  budgetMs: number
}

export type SweepFlags = {
  max: string | undefined
  share: string | undefined
  budgetMs: number | undefined
}

/** Without a wish it goes this far, and no farther than the load generator can. */
const defaultMost = 256
const mostConcurrency = 4096
const rateSteps = 1024
const mostRate = 100_000
const defaultShare = 0.95
const defaultBudgetMs = 600_000

/** The flags of a search as what it goes by. `flags` are those of the load, of which the first value is the start. */
export const decodeSweep = (
  flags: LoadFlags,
  { max, share, budgetMs }: SweepFlags,
  goodput: GoodputLimits,
): SweepSettings => {
  if (flags.strategy !== undefined) {
    throw refuse('ramp-up-strategy', '--sweep looks for a load that lasts, and --ramp-up-strategy changes it all the time; leave one of them out') // prettier-ignore
  }
  const isOpen = flags.requestRate !== undefined
  const loads = decodeLoads(isOpen ? flags : { ...flags, concurrency: flags.concurrency ?? '1' })
  const [load] = loads
  if (load === undefined || loads.length > 1) {
    throw refuse('sweep', '--sweep looks for loads itself: give one --concurrency or --request-rate to begin with') // prettier-ignore
  }
  const hasLimits = Object.keys(goodput).length > 0
  if (share !== undefined && !hasLimits) {
    throw refuse('goodput-share', '--goodput-share says how many requests must keep --goodput; give that too')
  }
  const from = load.mode === 'open' ? load.rate : load.concurrency
  const to = decodeMost(max, load.mode === 'open' ? 'rate' : 'count', from)
  return {
    goal: { goodput_share: hasLimits ? decodeShare(share) : null, from, to, whole: !isOpen },
    load,
    unlimited: flags.requests === undefined && flags.durationMs === undefined,
    budgetMs: budgetMs ?? defaultBudgetMs,
  }
}

const decodeMost = (text: string | undefined, kind: 'rate' | 'count', from: number): number => {
  const limit = kind === 'rate' ? mostRate : mostConcurrency
  if (text === undefined)
    return Math.min(limit, kind === 'rate' ? from * rateSteps : Math.max(defaultMost, from))
  const value = Number(text)
  const fits = text.trim() !== '' && value >= from && value <= limit && (kind === 'rate' || Number.isInteger(value)) // prettier-ignore
  if (fits) return value
  throw refuse(
    'sweep-max',
    `--sweep-max ${text}: expected ${kind === 'rate' ? 'requests per second' : 'a whole number'} from ${from}, where the search begins, to ${limit}`,
  )
}

/** `95%` or `0.95`. All of them cannot be proven by any number of requests. */
const decodeShare = (text: string | undefined): number => {
  if (text === undefined) return defaultShare
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim())
  const value = match === null ? Number.NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1)
  if (value >= 0.5 && value <= 0.999) return value
  throw refuse(
    'goodput-share',
    `--goodput-share "${text}": expected a share from 50% to 99.9%, e.g. 95% or 0.95`,
  )
}

/** A flag that would do nothing is a misunderstanding. */
export const assertNoSweepFlags = ({ max, share, budgetMs }: SweepFlags): void => {
  const unused =
    (max !== undefined && 'sweep-max') ||
    (share !== undefined && 'goodput-share') ||
    (budgetMs !== undefined && 'sweep-time')
  if (unused !== false)
    throw refuse(unused, `--${unused} needs --sweep: it is about the search for the highest load`)
}

const refuse = (param: string, message: string): AppError =>
  new AppError('invalid_request', message, { param })
