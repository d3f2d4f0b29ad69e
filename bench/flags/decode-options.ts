import { endpoints } from '../endpoints/registry.ts'
import { parseGoodput, type GoodputLimits } from '../goodput.ts'
import { decodeThreads } from '../lanes/decode-threads.ts'
import { decodeCancellation } from '../load/decode-cancellation.ts'
import type { BenchOptions } from '../options.ts'
import { decodePromptSource } from '../prompts/decode-prompt-source.ts'
import { AppError } from '../../src/errors.ts'
import type { BenchFlags } from './bench-flags.ts'
import { decodeServer } from './decode-server.ts'
import { addSampling, assertNotOwned, decodeExtraBody } from './decode-extra-body.ts'
import { decodeHeaders } from './decode-headers.ts'
import { decodeMilliseconds } from './decode-milliseconds.ts'
import { decodeApi } from './decode-target.ts'
import { takeSampling, type SamplingChoice } from './take-sampling.ts'

/** What the flags say of each run, whatever its target and its load. */
export const decodeOptions = (flags: BenchFlags): Omit<BenchOptions, 'load' | 'url' | 'model' | 'apiKey'> => {
  const endpoint = decodeApi(flags)
  const stream = flags.stream && endpoints[endpoint].framing !== 'none'
  const { 'warm-up': warmUp, 'cancel-rate': rate, 'cancel-after': after } = flags
  const headers = decodeHeaders(flags.header)
  const taken = takeSampling(decodeExtraBody(flags['extra-body']), flags)
  assertNotOwned(taken.body)
  const extraBody = addSampling(taken.body, flags, endpoint)
  const cancellation = decodeCancellation(rate, after, stream)
  return {
    endpoint,
    stream,
    floor: flags.floor,
    threads: decodeThreads(flags.threads),
    coolDown: flags['cool-down'],
    goodput: decodeGoodput(flags),
    ...(warmUp !== undefined && { warmUp }),
    ...(cancellation !== undefined && { cancellation }),
    prompts: decodePromptSource(flags),
    ...decodeServer(flags),
    sampling: decodeSampling(taken.flags),
    ...(headers !== undefined && { headers }),
    ...(Object.keys(extraBody).length > 0 && { extraBody }),
    timeoutMs: decodeMilliseconds('timeout', flags.timeout),
  }
}

export const decodeGoodput = ({ goodput, stream }: BenchFlags): GoodputLimits => {
  const limits = parseGoodput(goodput ?? [])
  if (stream || (limits.ttft === undefined && limits.tpot === undefined)) return limits
  throw new AppError(
    'invalid_request',
    '--goodput ttft and tpot need streamed answers; leave --no-stream out, or give e2e alone',
    { param: 'goodput' },
  )
}

const decodeSampling = (flags: SamplingChoice): BenchOptions['sampling'] => {
  const { 'max-tokens': maxTokens, 'min-tokens': minTokens, 'ignore-eos': ignoreEos, seed } = flags
  const temperature = decodeTemperature(flags.temperature)
  return {
    ...(maxTokens !== undefined && { maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(seed !== undefined && { seed }),
    ignoreEos,
    ...(minTokens !== undefined && { minTokens }),
  }
}

const decodeTemperature = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value
  throw new AppError('invalid_request', `--temperature must be a number from 0 up, not "${text}"`, {
    param: 'temperature',
  })
}
