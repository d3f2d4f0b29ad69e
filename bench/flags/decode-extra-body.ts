import { AppError } from '../../src/errors.ts'
import type { EndpointName } from '../endpoints/registry.ts'

export type ExtraBody = Record<string, unknown>

const longestText = 65_536

/** What the load generator writes itself, and what says it instead. */
const owned: Record<string, string> = {
  model: '--model or --served-model-name', stream: '--no-stream', stream_options: '--no-stream', messages: '--prompts',
  prompt: '--prompt', input: '--prompt', max_tokens: '--max-tokens', max_completion_tokens: '--max-tokens',
  max_output_tokens: '--max-tokens', num_predict: '--max-tokens', temperature: '--temperature', seed: '--seed',
  ignore_eos: '--ignore-eos', min_tokens: '--min-tokens',
} // prettier-ignore

/** Reads each text as a JSON object or as `name:value` pairs, and puts all of them into one. */
export const decodeExtraBody = (texts: string[] | undefined): ExtraBody => {
  const body: ExtraBody = {}
  for (const text of texts ?? []) {
    if (text.length > longestText) throw refuse('longer than 64 KiB')
    for (const [name, value] of Object.entries(readText(text))) {
      if (name === '__proto__' || name === '') throw refuse(`"${name}" is no name of a field`)
      if (Object.hasOwn(body, name)) throw refuse(`"${name}" is given twice`)
      body[name] = value
    }
  }
  return body
}

/** Fields that would change what is measured behind the load generator's back. */
export const assertNotOwned = (body: ExtraBody): void => {
  const { options } = body
  const nested = typeof options === 'object' && options !== null ? Object.keys(options) : []
  const name = [...Object.keys(body), ...nested].find((field) => Object.hasOwn(owned, field))
  if (name !== undefined) {
    throw refuse(`"${name}" is set by the load generator itself; use ${owned[name]}`)
  }
  if (body['n'] !== undefined && body['n'] !== 1) {
    throw refuse('"n" must be 1: the tokens of several answers in one stream cannot be told apart')
  }
}

const samplingFlags = ['top-p', 'top-k', 'min-p', 'frequency-penalty', 'presence-penalty', 'repetition-penalty'] as const // prettier-ignore
export type SamplingFlags = Partial<Record<(typeof samplingFlags)[number], string | undefined>>

/** vLLM's sampling flags as fields of a body; Ollama has them in `options`, one of them by another name. */
export const addSampling = (body: ExtraBody, flags: SamplingFlags, endpoint: EndpointName): ExtraBody => {
  const given = samplingFlags.flatMap((flag): [string, number][] => {
    const text = flags[flag]
    return text === undefined ? [] : [[flag.replaceAll('-', '_'), readNumber(flag, text)]]
  })
  if (given.length === 0) return body
  if (!endpoint.startsWith('ollama')) {
    const twice = given.find(([name]) => Object.hasOwn(body, name))
    if (twice !== undefined) throw refuse(`"${twice[0]}" has a flag of its own, and both are given`)
    return { ...body, ...Object.fromEntries(given) }
  }
  const renamed = given.map(([name, value]) => [
    name === 'repetition_penalty' ? 'repeat_penalty' : name,
    value,
  ])
  return {
    ...body,
    options: { ...(body['options'] as ExtraBody | undefined), ...Object.fromEntries(renamed) },
  }
}

const readNumber = (flag: string, text: string): number => {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new AppError('invalid_request', `--${flag} must be a number, not "${text}"`, { param: flag })
}

const readText = (text: string): ExtraBody => {
  const trimmed = text.trim()
  if (trimmed.startsWith('{')) return readObject(trimmed)
  const pairs = trimmed.split(/\s+/).map((pair): [string, unknown] => {
    const at = pair.indexOf(':')
    if (at < 1) throw refuse(`"${pair.slice(0, 40)}" is neither a JSON object nor name:value`)
    return [pair.slice(0, at), readValue(pair.slice(at + 1))]
  })
  return Object.fromEntries(pairs)
}

const readObject = (text: string): ExtraBody => {
  try {
    return JSON.parse(text) as ExtraBody
  } catch (cause) {
    throw refuse(`not JSON (${(cause as Error).message})`)
  }
}

/** `ignore_eos:true` and `top_k:20` mean a boolean and a number; everything else is a text. */
const readValue = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return /^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : text
  }
}

const refuse = (reason: string): AppError =>
  new AppError('invalid_request', `--extra-body: ${reason}`, { param: 'extra-body' })
