import { AppError } from '../../errors.ts'

/** What a source such as `fake:?tokens_per_second=50&tokens=16` asks for. A speed of 0 means no delay. */
export type FakeOptions = {
  tokensPerSecond: number
  prefillTokensPerSecond: number
  /** Length of an answer that nothing else ends. */
  tokens: number
  loadMs: number
  /** How many generations, the first ones, fail or get stuck as said below; the rest are well. */
  faults: number
  /** Every generation fails after this many tokens. */
  failAfter: number
  /** Every generation gives this many tokens and then nothing, until it is cancelled: an engine that is stuck. */
  stallAfter: number
}

const keys = {
  tokens_per_second: 'tokensPerSecond',
  prefill_tokens_per_second: 'prefillTokensPerSecond',
  tokens: 'tokens',
  load_ms: 'loadMs',
  faults: 'faults',
  fail_after: 'failAfter',
  stall_after: 'stallAfter',
} satisfies Record<string, keyof FakeOptions>

const defaults: FakeOptions = {
  tokensPerSecond: 0,
  prefillTokensPerSecond: 0,
  tokens: 16,
  loadMs: 0,
  faults: Number.POSITIVE_INFINITY,
  failAfter: Number.POSITIVE_INFINITY,
  stallAfter: Number.POSITIVE_INFINITY,
}

export function decodeFakeSource(source: string): FakeOptions {
  const [scheme, query = ''] = source.split('?', 2)
  if (scheme !== 'fake:' && scheme !== 'fake') throw invalid(source, 'it does not begin with fake:')
  const options = { ...defaults }
  for (const [key, text] of new URLSearchParams(query)) {
    if (!(key in keys)) throw invalid(source, `${key} is unknown; known are ${Object.keys(keys).join(', ')}`)
    const value = Number(text)
    if (text === '' || !Number.isFinite(value) || value < 0)
      throw invalid(source, `${key} must be a number from 0`)
    options[keys[key as keyof typeof keys]] = value
  }
  return options
}

const invalid = (source: string, reason: string) =>
  new AppError('invalid_model', `${source} is not a fake model: ${reason}`)
