import { AppError } from '../../src/errors.ts'
import type { BenchFlags } from './bench-flags.ts'
import type { ExtraBody } from './decode-extra-body.ts'

/** Of the flags, what every body says in our own words. */
export type SamplingChoice = Pick<
  BenchFlags,
  'max-tokens' | 'min-tokens' | 'temperature' | 'seed' | 'ignore-eos'
>

const counts = { max_tokens: 'max-tokens', max_completion_tokens: 'max-tokens', min_tokens: 'min-tokens', seed: 'seed' } as const // prettier-ignore

/**
 * AIPerf's users write `--extra-inputs ignore_eos:true min_tokens:200`: fields that have a flag of ours are taken as
 * that flag, so that the report knows of them. What is left goes into the body as it is.
 */
export const takeSampling = (
  body: ExtraBody,
  flags: SamplingChoice,
): { flags: SamplingChoice; body: ExtraBody } => {
  const rest = { ...body }
  const taken = { ...flags }
  const take = (field: string, flag: string, clashes: boolean): unknown => {
    const value = rest[field]
    if (clashes) throw refuse(`"${field}" and --${flag} are both given`)
    delete rest[field]
    return value
  }
  for (const [field, flag] of Object.entries(counts)) {
    if (rest[field] === undefined) continue
    const value = take(field, flag, taken[flag] !== undefined)
    const least = flag === 'seed' ? 0 : 1
    if (!Number.isSafeInteger(value) || (value as number) < least) {
      throw refuse(`"${field}" must be a whole number from ${least} up`)
    }
    taken[flag] = value as number
  }
  if (rest['temperature'] !== undefined) {
    taken.temperature = String(take('temperature', 'temperature', flags.temperature !== undefined))
  }
  if (rest['ignore_eos'] !== undefined) {
    const value = take('ignore_eos', 'ignore-eos', flags['ignore-eos'] && rest['ignore_eos'] !== true)
    if (typeof value !== 'boolean') throw refuse('"ignore_eos" must be true or false')
    taken['ignore-eos'] = value
  }
  return { flags: taken, body: rest }
}

const refuse = (reason: string): AppError =>
  new AppError('invalid_request', `--extra-body: ${reason}`, { param: 'extra-body' })
